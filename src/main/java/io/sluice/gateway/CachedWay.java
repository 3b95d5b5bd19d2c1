package io.sluice.gateway;

import io.sluice.cache.Cache;
import io.sluice.cache.CacheKey;
import io.sluice.cache.CachePolicy;
import io.sluice.cache.Loader;
import io.sluice.cache.Lookup;
import io.sluice.cache.Near;
import io.sluice.cache.Selecting;
import io.sluice.cache.Tags;
import io.sluice.cache.Timer;
import io.sluice.cache.http.AcceptedCodings;
import io.sluice.cache.http.CacheStatus;
import io.sluice.cache.http.RequestDirectives;
import io.sluice.cache.http.SelectingFields;
import io.sluice.origin.Answer;
import io.sluice.route.Target;
import io.sluice.telemetry.RouteMeters;
import io.smallrye.mutiny.Uni;
import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpVersion;
import java.time.InstantSource;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The way of a request that the cache may answer. */
final class CachedWay {
    private static final CharSequence IF_MATCH = HttpHeaders.createOptimized("if-match");
    private static final CharSequence IF_UNMODIFIED_SINCE = HttpHeaders.createOptimized("if-unmodified-since");

    private static final Set<String> OF_THE_CONNECTION = Set.of("", "close", "keep-alive", "te", "upgrade");

    private static final CharSequence DEBUG = HttpHeaders.createOptimized("sluice-debug");

    private final Cache<Prepared, Answer> cache;
    private final Outcomes outcomes;
    private final Landing landing;
    private final InstantSource clock;
    private final Timer timer;
    private final BiConsumer<Exchange, @Nullable String> direct;

    CachedWay(
            Cache<Prepared, Answer> cache,
            Outcomes outcomes,
            Landing landing,
            InstantSource clock,
            Timer timer,
            BiConsumer<Exchange, @Nullable String> direct) {
        this.clock = clock;
        this.timer = timer;
        this.cache = cache;
        this.outcomes = outcomes;
        this.landing = landing;
        this.direct = direct;
    }

    /** Upgrades, bodies and what the origin decides go past the cache; so does every method but GET and HEAD. */
    static boolean takes(Exchange exchange) {
        HttpMethod method = exchange.request.method();
        return (method.equals(HttpMethod.GET) || method.equals(HttpMethod.HEAD))
                && !originDecides(exchange.request.headers())
                && !exchange.isUpgrade()
                && !namesFields(exchange.request.headers())
                && !exchange.announcesBody();
    }

    /** What {@code Connection} names does not reach the origin, though it may be what its answer varies by. */
    private static boolean namesFields(MultiMap headers) {
        if (!headers.contains(HttpHeaders.CONNECTION)) {
            return false;
        }
        List<String> lines = headers.getAll(HttpHeaders.CONNECTION);
        return !(lines.size() == 1 && isPlain(lines.get(0)))
                && lines.stream()
                        .flatMap(line -> Stream.of(line.split(",")))
                        .anyMatch(
                                name -> !OF_THE_CONNECTION.contains(name.strip().toLowerCase(Locale.ROOT)));
    }

    /** What nearly all say that say anything. */
    private static boolean isPlain(String connection) {
        return connection.equalsIgnoreCase("keep-alive") || connection.equalsIgnoreCase("close");
    }

    void serve(Exchange exchange, CachePolicy policy) {
        if (exchange.request.version() == HttpVersion.HTTP_2) {
            // paused for the limits: its end, or a body that means nothing, must not be kept waiting
            exchange.request.resume();
        }
        CacheKey key = CacheKeys.of(exchange);
        if (key == null) {
            bypass(exchange);
            return;
        }
        MultiMap headers = exchange.request.headers();
        if (headers.contains(DEBUG) && "key".equals(headers.get(DEBUG)) && exchange.plan.tells(exchange)) {
            exchange.shownKey = key;
        }
        if (policy.clientDirectives() && headers.contains(HttpHeaders.CACHE_CONTROL)) {
            RequestDirectives asked = RequestDirectives.of(headers.getAll(HttpHeaders.CACHE_CONTROL));
            if (!asked.equals(RequestDirectives.NONE)) {
                asked(exchange, key, policy, asked);
                return;
            }
        }
        Near<Prepared> near = cache.fresh(key, selecting(exchange));
        if (near != null) {
            outcomes.hit(exchange, near);
            return;
        }
        lookup(exchange, key, policy, lookup -> outcomes.answered(exchange, lookup));
    }

    static Selecting selecting(Exchange exchange) {
        return name -> SelectingFields.normal(name, exchange.header(name));
    }

    private void lookup(
            Exchange exchange, CacheKey key, CachePolicy policy, Consumer<Lookup<Prepared, Answer>> answered) {
        Loader<Answer> loader = loader(exchange, policy);
        if (loader.wantsLess() && !loader.suitsOthers()) {
            // What it loads can mostly not be stored: the whole would cross the wire for every part and every 304.
            bypass(exchange);
        } else {
            landing.land(cache.lookup(key, selecting(exchange), loader), exchange, answered);
        }
    }

    /** The client says what it wants of a cache (RFC 9111 §5.2.1). */
    private void asked(Exchange exchange, CacheKey key, CachePolicy policy, RequestDirectives asked) {
        if (asked.onlyIfCached()) {
            stored(exchange, key, asked, () -> {
                outcomes.notStored(exchange);
            });
        } else if (asked.past()) {
            validate(exchange, key, policy, asked);
        } else if (asked.maxStale() > 0) {
            stored(
                    exchange,
                    key,
                    asked,
                    () -> lookup(exchange, key, policy, lookup -> answered(exchange, key, policy, asked, lookup)));
        } else {
            lookup(exchange, key, policy, lookup -> answered(exchange, key, policy, asked, lookup));
        }
    }

    private void stored(Exchange exchange, CacheKey key, RequestDirectives asked, Runnable otherwise) {
        Uni<@Nullable Near<Prepared>> found =
                asked.past() ? nothing() : cache.stored(key, selecting(exchange), asked.maxStale() * 1_000_000);
        landing.land(found, exchange, near -> {
            if (near == null || !accept(asked, near)) {
                otherwise.run();
            } else if (near.ttl(System.nanoTime()) > 0 || RequestDirectives.mayBeStale(near.entry()::lines)) {
                outcomes.hit(exchange, near);
            } else {
                otherwise.run();
            }
        });
    }

    private static Uni<@Nullable Near<Prepared>> nothing() {
        return Uni.createFrom().nullItem();
    }

    private static boolean accept(RequestDirectives asked, Near<Prepared> near) {
        long now = System.nanoTime();
        return asked.accept(near.ageSeconds(now), Math.floorDiv(near.ttl(now), 1_000_000));
    }

    /** What is stored does not do for this client. What stands in for an origin that fails does: nothing better is to be had. */
    private void answered(
            Exchange exchange,
            CacheKey key,
            CachePolicy policy,
            RequestDirectives asked,
            Lookup<Prepared, Answer> lookup) {
        boolean refused = lookup instanceof Lookup.Hit<Prepared, Answer> hit && !accept(asked, hit.near())
                || lookup instanceof Lookup.Stale<Prepared, Answer> stale
                        && stale.why() == Lookup.Stale.Why.REFRESHING
                        && !accept(asked, stale.near());
        if (refused && exchange.open()) {
            validate(exchange, key, policy, asked);
        } else {
            outcomes.answered(exchange, lookup);
        }
    }

    /** The origin is asked because the client wants that: about what is stored, if its answer may be. */
    private void validate(Exchange exchange, CacheKey key, CachePolicy policy, RequestDirectives asked) {
        if (asked.unstored() || exchange.request.headers().contains("range")) {
            // a part is not worth the whole
            around(exchange);
            return;
        }
        landing.land(cache.validated(key, selecting(exchange), loader(exchange, policy)), exchange, lookup -> {
            if (lookup instanceof Lookup.Alone) {
                // Nothing is there that could be wrong.
                lookup(exchange, key, policy, loaded -> outcomes.answered(exchange, loaded));
            } else {
                outcomes.validated(exchange, lookup);
            }
        });
    }

    private void around(Exchange exchange) {
        exchange.plan.meters.lookup(RouteMeters.Lookup.BYPASS);
        direct.accept(exchange, CacheStatus.REQUEST);
    }

    /** Conditions on the origin's present state: a cache does not evaluate them (RFC 9110 §13.1.1, §13.1.4). */
    private static boolean originDecides(MultiMap headers) {
        return headers.contains(IF_MATCH) || headers.contains(IF_UNMODIFIED_SINCE);
    }

    /** Past the cache, and said so. */
    void bypass(Exchange exchange) {
        exchange.plan.meters.lookup(RouteMeters.Lookup.BYPASS);
        HttpMethod method = exchange.request.method();
        boolean read = method.equals(HttpMethod.GET) || method.equals(HttpMethod.HEAD);
        direct.accept(exchange, read ? CacheStatus.BYPASS : CacheStatus.METHOD);
    }

    private Loader<Answer> loader(Exchange exchange, CachePolicy policy) {
        List<String> tags = Tags.render(policy.tags(), name -> {
            String value = exchange.path(name);
            return value == null ? exchange.query(name) : value;
        });
        OriginCalls origin = exchange.plan.origin();
        Loader<Answer> loader = exchange.plan.route.target() instanceof Target.Postgres
                ? new PostgresLoader(origin, exchange, policy, tags)
                : new HttpLoader(origin, exchange, policy, tags, clock, timer, cache.loadDeadline());
        return new Compressing(loader, policy.compress(), AcceptedCodings.of(exchange.header("accept-encoding")));
    }
}
