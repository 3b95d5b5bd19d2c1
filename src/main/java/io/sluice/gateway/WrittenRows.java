package io.sluice.gateway;

import io.sluice.cache.Begun;
import io.sluice.cache.Cache;
import io.sluice.cache.CacheKey;
import io.sluice.cache.CachePolicy;
import io.sluice.cache.Draft;
import io.sluice.cache.Tags;
import io.sluice.cache.Written;
import io.sluice.origin.Answer;
import io.sluice.route.Match;
import io.sluice.route.PathPattern;
import io.sluice.route.Route;
import io.sluice.route.RouteTable;
import io.sluice.route.Target;
import io.smallrye.mutiny.Uni;
import io.vertx.core.http.HttpHeaders;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * What a declared write does to the cache once it is committed: the tags that it names and the answer to a GET of its own URI are voided,
 * and what it returned is stored as the answer of the read that it writes through.
 */
final class WrittenRows {
    private static final Logger LOG = Logger.getLogger(WrittenRows.class);

    private final Cache<Prepared, Answer> cache;

    WrittenRows(Cache<Prepared, Answer> cache) {
        this.cache = cache;
    }

    /** Null on a route that declares no write. */
    static Target.@Nullable Writes of(Exchange exchange) {
        return exchange.plan.route.target() instanceof Target.Postgres postgres ? postgres.writes() : null;
    }

    /** Before the transaction; null where nothing is to be stored. */
    Uni<@Nullable Begun> begin(Target.Writes writes) {
        return writes.through() == null ? Uni.createFrom().nullItem() : cache.begin();
    }

    /** Done when no instance serves anything older. While the store is away it is done at once, and voided when it is back. */
    Uni<Void> by(Exchange exchange, RouteTable table, Target.Writes writes, Answer answer, @Nullable Begun begun) {
        if (answer instanceof Answer.Wrote wrote) {
            Read read = read(exchange, table, writes, wrote);
            if (read != null && wrote.answer().status() == 201) {
                locate(wrote, read);
            }
            return voided(exchange, table, writes, wrote.values(), wrote.transaction(), read, begun);
        }
        boolean unknown = answer instanceof Answer.Failed failed
                && (failed.reason() == Answer.Failed.Reason.TIMEOUT || failed.reason() == Answer.Failed.Reason.UNKNOWN);
        return unknown
                ? voided(exchange, table, writes, exchange.parameters, null, null, null)
                : Uni.createFrom().voidItem();
    }

    private Uni<Void> voided(
            Exchange exchange,
            RouteTable table,
            Target.Writes writes,
            Map<String, String> values,
            @Nullable String transaction,
            @Nullable Read read,
            @Nullable Begun begun) {
        Set<String> tags = new LinkedHashSet<>(Tags.voided(writes.tags(), values::get));
        CacheKey key = read == null ? null : read.key;
        if (read != null) {
            tags.addAll(Tags.voided(rowTags(read.policy), values::get));
        }
        Uni<Void> written = tags.isEmpty() && key == null
                ? Uni.createFrom().voidItem()
                : cache.written(new Written(
                                begun, key, read == null ? null : read.draft, List.copyOf(tags), transaction))
                        .replaceWithVoid();
        CacheKey own = own(exchange, table);
        Uni<Void> both = own == null || Objects.equals(own, key)
                ? written
                : Uni.combine()
                        .all()
                        .unis(written, cache.invalidateSurely(List.of(own), List.of()))
                        .discardItems();
        return both.onFailure().recoverWithUni(failure -> {
            LOG.debugf(failure, "what %s %s voids", exchange.request.method(), exchange.uri);
            return Uni.createFrom().voidItem();
        });
    }

    /** Those that name a row: a table's own would void its neighbours. */
    private static List<String> rowTags(CachePolicy policy) {
        return policy.tags().stream().filter(tag -> tag.indexOf('{') >= 0).toList();
    }

    private static @Nullable CacheKey own(Exchange exchange, RouteTable table) {
        return table.match("GET", WireRules.path(exchange.uri)) instanceof Match.Found found
                        && found.route().cache() != null
                        && found.route().target() instanceof Target.Postgres
                        && UrlKeys.ofRow(found, exchange.uri) instanceof UrlKeys.Found keys
                ? keys.keys().get(0)
                : null;
    }

    /**
     * The read that is written through, for the row that was written.
     *
     * @param draft null: what a read would answer is not known
     */
    private record Read(
            Route route,
            CachePolicy policy,
            @Nullable CacheKey key,
            @Nullable Draft draft,
            Map<String, String> values) {}

    private static @Nullable Read read(Exchange exchange, RouteTable table, Target.Writes writes, Answer.Wrote wrote) {
        for (Route route : table.routes()) {
            CachePolicy policy = route.cache();
            if (route.name().equals(writes.through())
                    && policy != null
                    && route.target() instanceof Target.Postgres target) {
                return read(exchange, route, policy, target, wrote);
            }
        }
        return null;
    }

    private static Read read(
            Exchange exchange, Route route, CachePolicy policy, Target.Postgres target, Answer.Wrote wrote) {
        Map<String, String> values = wrote.values();
        String text = CacheKeys.values(new CacheKeys.Of(values, exchange::claim), target);
        CacheKey key = text == null ? null : new CacheKey(route.name(), text);
        // Somebody else, or the gateway itself, may see another row.
        boolean alike = exchange.plan.route.target() instanceof Target.Postgres own
                && Objects.equals(own.identified(), target.identified());
        boolean storable = key != null && alike && wrote.answer().body().length() <= policy.maxEntry();
        Draft draft = storable
                ? Compressing.coded(
                        PostgresLoader.found(wrote.answer(), policy, Tags.render(policy.tags(), values::get)),
                        policy.compress())
                : null;
        return new Read(route, policy, key, draft, values);
    }

    /** Where the new row is read (RFC 9110 §15.3.2). */
    private static void locate(Answer.Wrote wrote, Read read) {
        StringBuilder path = new StringBuilder();
        for (PathPattern.Segment segment : read.route.path().segments()) {
            String text = segment instanceof PathPattern.Segment.Literal literal
                    ? literal.text()
                    : segment instanceof PathPattern.Segment.One one && one.name() != null
                            ? read.values.get(one.name())
                            : null;
            if (text == null) {
                return;
            }
            path.append('/')
                    .append(URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20"));
        }
        wrote.answer().headers().set(HttpHeaders.LOCATION, path.toString());
    }
}
