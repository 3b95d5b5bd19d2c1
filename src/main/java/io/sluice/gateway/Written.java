package io.sluice.gateway;

import io.sluice.cache.Cache;
import io.sluice.cache.CacheKey;
import io.sluice.origin.Answer;
import io.sluice.route.Match;
import io.sluice.route.RouteTable;
import io.sluice.route.Target;
import io.smallrye.mutiny.Uni;
import io.vertx.core.http.HttpHeaders;
import java.net.URI;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * What an unsafe request voids when it succeeds: stored answers to its own URI, and to those of the same origin that {@code Location} and
 * {@code Content-Location} name (RFC 9111 §4.4). A failure voids nothing: there is no telling what it did, and anyone could make one.
 */
final class Written {
    private static final Logger LOG = Logger.getLogger(Written.class);
    private static final Set<String> SAFE = Set.of("GET", "HEAD", "OPTIONS", "TRACE", "CONNECT");

    private final Cache<Prepared, Answer> cache;

    Written(Cache<Prepared, Answer> cache) {
        this.cache = cache;
    }

    static boolean concerns(Exchange exchange) {
        return !SAFE.contains(exchange.request.method().name());
    }

    /**
     * Done when no instance serves any of it, so that who wrote reads what it wrote; also when the store is away: what was stored is
     * suspect then, and void when it is back.
     */
    Uni<Void> by(Exchange exchange, RouteTable table, Answer answer) {
        if (!(answer instanceof Answer.Streaming said) || said.status() < 200 || said.status() >= 400) {
            return Uni.createFrom().voidItem();
        }
        Set<String> targets = new LinkedHashSet<>();
        targets.add(exchange.uri);
        for (CharSequence name : List.of(HttpHeaders.LOCATION, HttpHeaders.CONTENT_LOCATION)) {
            String target = sameOrigin(exchange, said.headers().get(name));
            if (target != null) {
                targets.add(target);
            }
        }
        List<Uni<Void>> voided = targets.stream()
                .map(target -> key(exchange, table, target))
                .filter(key -> key != null)
                .map(cache::invalidateKey)
                .toList();
        return voided.isEmpty()
                ? Uni.createFrom().voidItem()
                : Uni.join()
                        .all(voided)
                        .andCollectFailures()
                        .replaceWithVoid()
                        .onFailure()
                        .recoverWithUni(failure -> {
                            LOG.debugf(failure, "what %s %s voids", exchange.request.method(), exchange.uri);
                            return Uni.createFrom().voidItem();
                        });
    }

    /** What a GET of this target would find; null where no cache takes it. */
    private static @Nullable CacheKey key(Exchange exchange, RouteTable table, String target) {
        return table.match("GET", WireRules.path(target)) instanceof Match.Found found
                        && found.route().cache() != null
                        && found.route().target() instanceof Target.Http http
                ? CacheKeys.ofUri(exchange, found.route(), http, target)
                : null;
    }

    /** The path and query of a reference to the origin that was asked; null: it is none, or of another. */
    private static @Nullable String sameOrigin(Exchange exchange, @Nullable String reference) {
        if (reference == null) {
            return null;
        }
        try {
            URI own = URI.create(
                    (exchange.request.isSSL() ? "https://" : "http://") + CacheKeys.host(exchange) + exchange.uri);
            URI named = own.resolve(reference.strip());
            if (!String.valueOf(own.getScheme()).equalsIgnoreCase(named.getScheme())
                    || !String.valueOf(own.getRawAuthority()).equalsIgnoreCase(named.getRawAuthority())
                    || named.getRawPath() == null
                    || !named.getRawPath().startsWith("/")) {
                return null;
            }
            return named.getRawPath() + (named.getRawQuery() == null ? "" : '?' + named.getRawQuery());
        } catch (IllegalArgumentException malformed) {
            return null;
        }
    }
}
