package io.sluice.gateway;

import io.sluice.cache.Body;
import io.sluice.cache.Cache;
import io.sluice.cache.CacheKey;
import io.sluice.cache.Lookup;
import io.sluice.cache.Near;
import io.sluice.cache.http.CacheStatus;
import io.sluice.origin.Answer;
import io.sluice.telemetry.RouteMeters;
import io.smallrye.mutiny.Uni;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpHeaders;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/** Answers with what a lookup came to, says it in {@code Cache-Status} and counts it. */
final class Outcomes {
    /** Bytes that are expanded within about 0.1 ms. */
    private static final int SMALL = 65_536;

    private final Cache<Prepared, Answer> cache;
    private final Responder responder;
    private final Landing landing;
    private final BiConsumer<Exchange, @Nullable String> direct;

    /** @param direct asks the origin for a request alone, without a lookup */
    Outcomes(
            Cache<Prepared, Answer> cache,
            Responder responder,
            Landing landing,
            BiConsumer<Exchange, @Nullable String> direct) {
        this.cache = cache;
        this.responder = responder;
        this.landing = landing;
        this.direct = direct;
    }

    private void entry(Exchange exchange, Near<Prepared> near, String cacheStatus, long now) {
        Shown shown = Shown.of(exchange, near);
        if (shown.isHere(exchange)) {
            responder.entry(exchange, near, shown, cacheStatus, now);
        } else {
            landing.land(expanded(near.entry().body()), exchange, plain -> {
                CacheKey key = CacheKeys.of(exchange);
                if (key != null) {
                    cache.expanded(key, CachedWay.selecting(exchange));
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
    void hit(Exchange exchange, Near<Prepared> near) {
        long now = System.nanoTime();
        long ttl = Math.floorDiv(near.ttl(now), 1_000_000);
        exchange.plan.meters.lookup(ttl < 0 ? RouteMeters.Lookup.STALE : RouteMeters.Lookup.HIT);
        exchange.originSpared();
        entry(exchange, near, CacheStatus.hit(ttl), now);
    }

    void answered(Exchange exchange, Lookup<Prepared, Answer> lookup) {
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

    /** The client wanted the origin asked about what is stored. */
    void validated(Exchange exchange, Lookup<Prepared, Answer> lookup) {
        RouteMeters meters = exchange.plan.meters;
        if (lookup instanceof Lookup.Loaded<Prepared, Answer> loaded && exchange.open()) {
            meters.lookup(RouteMeters.Lookup.BYPASS);
            loaded(exchange, loaded, loaded.stored() ? CacheStatus.REQUEST_STORED : CacheStatus.REQUEST);
        } else if (lookup instanceof Lookup.Arriving<Prepared, Answer> arriving) {
            meters.lookup(RouteMeters.Lookup.BYPASS);
            responder.arriving(exchange, arriving.answer(), CacheStatus.REQUEST);
        } else if (lookup instanceof Lookup.Passed<Prepared, Answer> passed && exchange.open()) {
            meters.lookup(RouteMeters.Lookup.BYPASS);
            responder.answer(exchange, passed.answer(), CacheStatus.REQUEST);
        } else {
            answered(exchange, lookup);
        }
    }

    /** The client wanted the origin spared, and nothing is there that would do (RFC 9111 §5.2.1.7). */
    void notStored(Exchange exchange) {
        exchange.plan.meters.lookup(RouteMeters.Lookup.FAILED);
        exchange.originSpared();
        responder.problem(exchange, Problems.NOT_STORED, CacheStatus.ONLY_IF_CACHED);
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
