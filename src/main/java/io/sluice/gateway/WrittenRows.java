package io.sluice.gateway;

import io.sluice.cache.Begun;
import io.sluice.cache.Cache;
import io.sluice.cache.CacheKey;
import io.sluice.cache.CachePolicy;
import io.sluice.cache.Draft;
import io.sluice.cache.Spelling;
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
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * What a declared write does to the cache once it is committed: the tags that it names and the answer to a GET of its own URI are voided,
 * and what it returned is stored as the answer of the read that it writes through.
 */
final class WrittenRows {
    private static final Logger LOG = Logger.getLogger(WrittenRows.class);

    /** After which a write that was given up has ended one way or the other: its connection is closed by then. */
    private static final Duration SETTLED = Duration.ofMillis(1_500);

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
            Read read = read(exchange, table, writes, wrote::value, wrote);
            if (read != null && wrote.answer().status() == 201) {
                locate(wrote, read);
            }
            return voided(exchange, table, writes, wrote::value, wrote, read, begun);
        }
        if (!(answer instanceof Answer.Failed failed)
                || failed.reason() != Answer.Failed.Reason.TIMEOUT && failed.reason() != Answer.Failed.Reason.UNKNOWN) {
            return Uni.createFrom().voidItem();
        }
        Supplier<Uni<Void>> all = () -> {
            Read read = read(exchange, table, writes, exchange.parameters::get, null);
            return voided(exchange, table, writes, exchange.parameters::get, null, read, null);
        };
        // It may come to stand after this, as long as the server has not heard that it is not to.
        Uni.createFrom()
                .voidItem()
                .onItem()
                .delayIt()
                .by(SETTLED)
                .chain(all::get)
                .subscribe()
                .with(done -> {}, failure -> LOG.debug("what a write of unknown outcome voids", failure));
        return all.get();
    }

    private Uni<Void> voided(
            Exchange exchange,
            RouteTable table,
            Target.Writes writes,
            Function<String, @Nullable String> values,
            Answer.@Nullable Wrote wrote,
            @Nullable Read read,
            @Nullable Begun begun) {
        Set<String> tags = new LinkedHashSet<>(Tags.voided(writes.tags(), values));
        List<CacheKey> more = new ArrayList<>();
        CacheKey key = null;
        Draft draft = null;
        if (read != null) {
            key = read.key;
            draft = read.draft;
            tags.addAll(Tags.voided(rowTags(read.policy), values));
            if (wrote != null && read.moved != null) {
                more.add(read.moved);
                tags.addAll(Tags.voided(rowTags(read.policy), name -> column(wrote, name)));
            }
        }
        List<Uni<Void>> all = new ArrayList<>();
        if (key != null || !tags.isEmpty()) {
            String transaction = wrote == null ? null : wrote.transaction();
            all.add(cache.written(new Written(begun, key, draft, List.copyOf(tags), transaction))
                    .replaceWithVoid());
        }
        Match own = table.match("GET", WireRules.path(exchange.uri));
        if (own instanceof Match.Found found
                && found.route().cache() != null
                && found.route().target() instanceof Target.Postgres target) {
            if (Identities.differ(target)) {
                // Each of its callers has an answer of its own.
                all.add(cache.invalidateSurely(found.route().name()));
            } else if (UrlKeys.ofRow(found, exchange.uri) instanceof UrlKeys.Found keys) {
                more.addAll(keys.keys());
            }
        }
        more.removeIf(Predicate.isEqual(key));
        if (!more.isEmpty()) {
            all.add(cache.invalidateSurely(more, List.of()));
        }
        return all.isEmpty()
                ? Uni.createFrom().voidItem()
                : Uni.join()
                        .all(all)
                        .andCollectFailures()
                        .replaceWithVoid()
                        .onFailure()
                        .recoverWithUni(failure -> {
                            LOG.debugf(failure, "what %s %s voids", exchange.request.method(), exchange.uri);
                            return Uni.createFrom().voidItem();
                        });
    }

    /** As the row says, else as the request. */
    private static @Nullable String column(Answer.Wrote wrote, String name) {
        String column = wrote.columns().get(name);
        return column == null ? wrote.value(name) : column;
    }

    /** Those that name a row: a table's own would void its neighbours. */
    private static List<String> rowTags(CachePolicy policy) {
        return policy.tags().stream().filter(tag -> tag.indexOf('{') >= 0).toList();
    }

    /**
     * The read that is written through, for the row that was written.
     *
     * @param draft null: what a read would answer is not known
     * @param moved where the row is found from now on, where that is elsewhere; null: it stays
     * @param values by name
     */
    private record Read(
            Route route,
            CachePolicy policy,
            @Nullable CacheKey key,
            @Nullable Draft draft,
            @Nullable CacheKey moved,
            Function<String, @Nullable String> values) {}

    private static @Nullable Read read(
            Exchange exchange,
            RouteTable table,
            Target.Writes writes,
            Function<String, @Nullable String> values,
            Answer.@Nullable Wrote wrote) {
        for (Route route : table.routes()) {
            CachePolicy policy = route.cache();
            if (route.name().equals(writes.through())
                    && policy != null
                    && route.target() instanceof Target.Postgres target) {
                return read(exchange, route, policy, target, values, wrote);
            }
        }
        return null;
    }

    private static Read read(
            Exchange exchange,
            Route route,
            CachePolicy policy,
            Target.Postgres target,
            Function<String, @Nullable String> values,
            Answer.@Nullable Wrote wrote) {
        CacheKey key = key(exchange, route, target, values);
        if (wrote == null) {
            return new Read(route, policy, key, null, null, values);
        }
        if (target.parameters().stream().anyMatch(name -> isMoved(wrote, name))) {
            CacheKey moved = key(exchange, route, target, name -> column(wrote, name));
            return new Read(route, policy, key, null, moved, values);
        }
        // Somebody else, or the gateway itself, may see another row.
        boolean alike = exchange.plan.route.target() instanceof Target.Postgres own
                && Objects.equals(own.identified(), target.identified());
        boolean storable =
                key != null && alike && !wrote.again() && wrote.answer().body().length() <= policy.maxEntry();
        Draft draft = storable
                ? Compressing.coded(
                        PostgresLoader.found(wrote.answer(), policy, Tags.render(policy.tags(), values)),
                        policy.compress())
                : null;
        return new Read(route, policy, key, draft, null, values);
    }

    private static @Nullable CacheKey key(
            Exchange exchange, Route route, Target.Postgres target, Function<String, @Nullable String> values) {
        String text = CacheKeys.values(new CacheKeys.Of(values, exchange::claim), target);
        return text == null ? null : new CacheKey(route.name(), text);
    }

    /** Whether the row that was found by one value has another one now. */
    private static boolean isMoved(Answer.Wrote wrote, String name) {
        String asked = wrote.values().get(name);
        String now = wrote.columns().get(name);
        return asked != null && now != null && !Spelling.plain(asked).equals(Spelling.plain(now));
    }

    /** Where the new row is read (RFC 9110 §15.3.2). */
    private static void locate(Answer.Wrote wrote, Read read) {
        StringBuilder path = new StringBuilder();
        for (PathPattern.Segment segment : read.route.path().segments()) {
            String text = segment instanceof PathPattern.Segment.Literal literal
                    ? literal.text()
                    : segment instanceof PathPattern.Segment.One one && one.name() != null
                            ? read.values.apply(one.name())
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
