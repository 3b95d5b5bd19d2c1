package io.sluice.gateway;

import io.sluice.cache.Body;
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
import io.vertx.core.Vertx;
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
    /** Bytes that are expanded within about 0.1 ms. */
    private static final int SMALL = 65_536;

    private static final CharSequence IF_MATCH = HttpHeaders.createOptimized("if-match");
    private static final CharSequence IF_UNMODIFIED_SINCE = HttpHeaders.createOptimized("if-unmodified-since");

    private static final Set<String> OF_THE_CONNECTION = Set.of("", "close", "keep-alive", "te", "upgrade");

    private static final CharSequence DEBUG = HttpHeaders.createOptimized("sluice-debug");

    private final Cache<Prepared, Answer> cache;
    private final Responder responder;
    private final Landing landing;
    private final InstantSource clock;
    private final Timer timer;
    private final BiConsumer<Exchange, @Nullable String> direct;

    CachedWay(
            Cache<Prepared, Answer> cache,
            Responder responder,
            Landing landing,
            InstantSource clock,
            Timer timer,
            BiConsumer<Exchange, @Nullable String> direct) {
        this.clock = clock;
        this.timer = timer;
        this.cache = cache;
        this.responder = responder;
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
            hit(exchange, near);
            return;
        }
        lookup(exchange, key, policy, lookup -> answered(exchange, lookup));
    }

    private static Selecting selecting(Exchange exchange) {
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
                exchange.plan.meters.lookup(RouteMeters.Lookup.FAILED);
                exchange.originSpared();
                responder.problem(exchange, Problems.NOT_STORED, CacheStatus.ONLY_IF_CACHED);
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
                hit(exchange, near);
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
            answered(exchange, lookup);
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
                lookup(exchange, key, policy, loaded -> answered(exchange, loaded));
            } else if (lookup instanceof Lookup.Loaded<Prepared, Answer> loaded && exchange.open()) {
                exchange.plan.meters.lookup(RouteMeters.Lookup.BYPASS);
                loaded(exchange, loaded, loaded.stored() ? CacheStatus.REQUEST_STORED : CacheStatus.REQUEST);
            } else if (lookup instanceof Lookup.Arriving<Prepared, Answer> arriving) {
                exchange.plan.meters.lookup(RouteMeters.Lookup.BYPASS);
                responder.arriving(exchange, arriving.answer(), CacheStatus.REQUEST);
            } else if (lookup instanceof Lookup.Passed<Prepared, Answer> passed && exchange.open()) {
                exchange.plan.meters.lookup(RouteMeters.Lookup.BYPASS);
                responder.answer(exchange, passed.answer(), CacheStatus.REQUEST);
            } else {
                answered(exchange, lookup);
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

    private void entry(Exchange exchange, Near<Prepared> near, String cacheStatus, long now) {
        Shown shown = Shown.of(exchange, near);
        if (shown.isHere(exchange)) {
            responder.entry(exchange, near, shown, cacheStatus, now);
        } else {
            landing.land(expanded(near.entry().body()), exchange, plain -> {
                CacheKey key = CacheKeys.of(exchange);
                if (key != null) {
                    cache.expanded(key, selecting(exchange));
                }
                if (exchange.open()) {
                    responder.entry(exchange, near, shown, cacheStatus, System.nanoTime());
                } else {
                    exchange.finished(499);
                }
            });
        }
    }

    /** The plain bytes, for a client that takes no gzip; of a large body they are made beside the event loop. */
    private static Uni<byte[]> expanded(Body body) {
        return body.length() <= SMALL
                ? Uni.createFrom().item(body::plain)
                : Uni.createFrom()
                        .completionStage(() -> Vertx.currentContext()
                                .executeBlocking(body::plain, false)
                                .toCompletionStage());
    }

    /** Without a word with the origin: fresh, or as stale as it or the client allows. */
    private void hit(Exchange exchange, Near<Prepared> near) {
        long now = System.nanoTime();
        long ttl = Math.floorDiv(near.ttl(now), 1_000_000);
        exchange.plan.meters.lookup(ttl < 0 ? RouteMeters.Lookup.STALE : RouteMeters.Lookup.HIT);
        exchange.originSpared();
        entry(exchange, near, CacheStatus.hit(ttl), now);
    }

    private void answered(Exchange exchange, Lookup<Prepared, Answer> lookup) {
        RouteMeters meters = exchange.plan.meters;
        if (lookup instanceof Lookup.Arriving<Prepared, Answer> arriving) {
            meters.lookup(RouteMeters.Lookup.MISS);
            responder.arriving(exchange, arriving.answer(), arriving.expired() ? CacheStatus.STALE : CacheStatus.MISS);
            return;
        }
        if (!exchange.open()) {
            if (lookup instanceof Lookup.Passed<Prepared, Answer> passed) {
                discard(passed.answer());
            }
            exchange.finished(499);
            return;
        }
        long now = System.nanoTime();
        if (lookup instanceof Lookup.Hit<Prepared, Answer> hit) {
            hit(exchange, hit.near());
        } else if (lookup instanceof Lookup.Stale<Prepared, Answer> stale
                && stale.why() == Lookup.Stale.Why.REFRESHING) {
            hit(exchange, stale.near());
        } else if (lookup instanceof Lookup.Stale<Prepared, Answer> stale) {
            meters.lookup(RouteMeters.Lookup.STALE);
            exchange.originSpared();
            entry(exchange, stale.near(), staleStatus(stale), now);
        } else if (lookup instanceof Lookup.Loaded<Prepared, Answer> loaded) {
            meters.lookup(loaded.collapsed() ? RouteMeters.Lookup.COLLAPSED : RouteMeters.Lookup.MISS);
            loaded(exchange, loaded, CacheStatus.loaded(loaded.expired(), loaded.stored(), loaded.collapsed()));
        } else if (lookup instanceof Lookup.Passed<Prepared, Answer> passed) {
            meters.lookup(RouteMeters.Lookup.MISS);
            String status = passed.expired() ? CacheStatus.STALE : CacheStatus.MISS;
            if (!passed.reason().isEmpty()) {
                meters.unstored(passed.reason());
                status = CacheStatus.withDetail(status, passed.reason());
            }
            responder.answer(exchange, passed.answer(), status);
        } else if (lookup instanceof Lookup.Alone) {
            meters.lookup(RouteMeters.Lookup.MISS);
            direct.accept(exchange, CacheStatus.PASS);
        } else if (lookup instanceof Lookup.Failed<Prepared, Answer> failed) {
            meters.lookup(RouteMeters.Lookup.FAILED);
            responder.answer(exchange, failed.answer(), CacheStatus.MISS);
        } else {
            meters.lookup(RouteMeters.Lookup.FAILED);
            exchange.request.response().putHeader(HttpHeaders.RETRY_AFTER, "1");
            responder.problem(exchange, Problems.LOAD_SLOW, CacheStatus.MISS);
        }
    }

    private void loaded(Exchange exchange, Lookup.Loaded<Prepared, Answer> loaded, String status) {
        if (loaded.collapsed()) {
            exchange.originSpared();
        } else if (exchange.isSettledByAnswer()) {
            exchange.originSaid(loaded.near().prepared().headers());
        }
        boolean same = loaded.forwarded() == loaded.near().entry().status();
        entry(
                exchange,
                loaded.near(),
                same ? status : CacheStatus.withStatus(status, loaded.forwarded()),
                System.nanoTime());
    }

    private static String staleStatus(Lookup.Stale<Prepared, Answer> stale) {
        String status = stale.collapsed() ? CacheStatus.STALE_COLLAPSED : CacheStatus.STALE;
        return CacheStatus.withDetail(
                stale.forwarded() == 0 ? status : CacheStatus.withStatus(status, stale.forwarded()),
                stale.why() == Lookup.Stale.Why.SLOW ? "slow" : "origin-failed");
    }

    private static void discard(Answer answer) {
        if (answer instanceof Answer.Streaming streaming) {
            streaming.discard();
        }
    }
}
