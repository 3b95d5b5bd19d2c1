package io.sluice.gateway;

import io.sluice.cache.Cache;
import io.sluice.cache.CacheKey;
import io.sluice.cache.http.OriginTags;
import io.sluice.cache.http.References;
import io.sluice.origin.Answer;
import io.sluice.route.Match;
import io.sluice.route.RouteTable;
import io.sluice.route.Target;
import io.smallrye.mutiny.Uni;
import io.vertx.core.http.HttpHeaders;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * What an unsafe request voids when it succeeds: stored answers to its own URI, and to those of the same origin that {@code Location} and
 * {@code Content-Location} name (RFC 9111 §4.4), and the groups of the same origin that the answer says (RFC 9875 §3). What was sent and
 * got no answer may have succeeded, and voids its own. What the origin refuses voids nothing: anyone can be refused. What the origin has
 * committed meanwhile, in the database that is watched, is heard first.
 */
final class Written {
    private static final Logger LOG = Logger.getLogger(Written.class);
    /** As registered (RFC 9110 §16.1.1). */
    private static final Set<String> SAFE =
            Set.of("GET", "HEAD", "OPTIONS", "TRACE", "CONNECT", "PRI", "PROPFIND", "QUERY", "REPORT", "SEARCH");

    private static final Set<Answer.Failed.Reason> UNKNOWN = EnumSet.of(
            Answer.Failed.Reason.TIMEOUT,
            Answer.Failed.Reason.BROKEN,
            Answer.Failed.Reason.UNKNOWN,
            Answer.Failed.Reason.CLIENT_LEFT);

    private final Cache<Prepared, Answer> cache;
    private final CommitsHeard commits;

    Written(Cache<Prepared, Answer> cache, CommitsHeard commits) {
        this.cache = cache;
        this.commits = commits;
    }

    static boolean concerns(Exchange exchange) {
        return !SAFE.contains(exchange.request.method().name());
    }

    /**
     * Done when no instance serves any of it, so that who wrote reads what it wrote. When the store is away it is done at once, and
     * voided when it is back; until then others may serve what they have.
     */
    Uni<Void> by(Exchange exchange, RouteTable table, Answer answer) {
        if (!mayHaveChanged(answer)) {
            return Uni.createFrom().voidItem();
        }
        Duration heard = exchange.plan.route.target() instanceof Target.Http http ? http.awaitCommits() : Duration.ZERO;
        Uni<Void> voided = voided(exchange, table, answer);
        return heard.isZero()
                ? voided
                : Uni.combine().all().unis(voided, commits.soFar(heard)).discardItems();
    }

    private static boolean mayHaveChanged(Answer answer) {
        return answer instanceof Answer.Streaming said && said.status() >= 200 && said.status() < 400
                || answer instanceof Answer.Failed failed && UNKNOWN.contains(failed.reason());
    }

    private Uni<Void> voided(Exchange exchange, RouteTable table, Answer answer) {
        List<CacheKey> keys = new ArrayList<>();
        for (String target : targets(exchange, answer)) {
            CacheKey key = key(exchange, table, target);
            if (key != null) {
                keys.add(key);
            }
        }
        List<String> groups = answer instanceof Answer.Streaming said
                ? OriginTags.voided(said.headers()::getAll, CacheKeys.origin(exchange))
                : List.of();
        return keys.isEmpty() && groups.isEmpty()
                ? Uni.createFrom().voidItem()
                : cache.invalidateSurely(keys, groups).onFailure().recoverWithUni(failure -> {
                    LOG.debugf(failure, "what %s %s voids", exchange.request.method(), exchange.uri);
                    return Uni.createFrom().voidItem();
                });
    }

    private static Set<String> targets(Exchange exchange, Answer answer) {
        Set<String> targets = new LinkedHashSet<>();
        targets.add(exchange.uri);
        if (answer instanceof Answer.Streaming said) {
            for (CharSequence name : List.of(HttpHeaders.LOCATION, HttpHeaders.CONTENT_LOCATION)) {
                String target = References.sameOrigin(
                        CacheKeys.origin(exchange), exchange.uri, said.headers().get(name));
                if (target != null) {
                    targets.add(target);
                }
            }
        }
        return targets;
    }

    /** What a GET of this target would find; null where no cache takes it. */
    private static @Nullable CacheKey key(Exchange exchange, RouteTable table, String target) {
        if (!(table.match("GET", WireRules.path(target)) instanceof Match.Found found)
                || found.route().cache() == null) {
            return null;
        }
        if (found.route().target() instanceof Target.Http http) {
            return CacheKeys.ofUri(exchange, found.route(), http, target);
        }
        return found.route().target() instanceof Target.Postgres
                        && UrlKeys.ofRow(found, target) instanceof UrlKeys.Found keys
                ? keys.keys().get(0)
                : null;
    }
}
