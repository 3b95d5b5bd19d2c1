package io.sluice.admin;

import io.sluice.cache.Cache;
import io.sluice.gateway.Problem;
import io.sluice.route.RouteTable;
import io.sluice.telemetry.Meters;
import io.vertx.core.Context;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.RoutingContext;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jboss.logging.Logger;

/** {@code POST /admin/cache/purge}: answers when the purge is acknowledged, or when nobody knows. */
public final class Purging {
    private static final Logger LOG = Logger.getLogger(Purging.class);
    private static final Problem UNKNOWN = Problem.of(
            503,
            "Service Unavailable",
            "the store does not answer: the purge may or may not have happened; asking again does no harm");

    private final Cache<?, ?> cache;
    private final Supplier<RouteTable> table;
    private final Meters meters;
    private final LongSupplier nanoClock;

    /**
     * @param table the one in use
     * @param nanoClock {@link System#nanoTime}
     */
    public Purging(Cache<?, ?> cache, Supplier<RouteTable> table, Meters meters, LongSupplier nanoClock) {
        this.cache = cache;
        this.table = table;
        this.meters = meters;
        this.nanoClock = nanoClock;
    }

    void purge(RoutingContext context, Buffer body) {
        PurgeReader.Reading reading = PurgeReader.read(body, table.get());
        if (reading instanceof PurgeReader.Reading.Refused refused) {
            Answers.problem(context, refused.problem());
            return;
        }
        PurgeReader.Reading.Wanted wanted = (PurgeReader.Reading.Wanted) reading;
        long begun = nanoClock.getAsLong();
        Context loop = context.vertx().getOrCreateContext();
        cache.purge(wanted.purge().names(), wanted.soft())
                .subscribe()
                .with(
                        done -> loop.runOnContext(here -> acknowledged(context, wanted, begun)),
                        failure -> loop.runOnContext(here -> unknown(context, wanted, failure)));
    }

    private void acknowledged(RoutingContext context, PurgeReader.Reading.Wanted wanted, long begun) {
        meters.purge(wanted.purge().kind(), wanted.soft(), true);
        long millis = (nanoClock.getAsLong() - begun) / 1_000_000;
        Answers.json(context, new JsonObject().put("acknowledged", true).put("took-ms", millis));
    }

    private void unknown(RoutingContext context, PurgeReader.Reading.Wanted wanted, Throwable failure) {
        meters.purge(wanted.purge().kind(), wanted.soft(), false);
        LOG.warnf("a purge by %s is not acknowledged: %s", wanted.purge().kind(), failure.getMessage());
        context.response().putHeader(HttpHeaders.RETRY_AFTER, "1");
        Answers.problem(context, UNKNOWN);
    }
}
