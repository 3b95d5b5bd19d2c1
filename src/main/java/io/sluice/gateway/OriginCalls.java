package io.sluice.gateway;

import io.sluice.origin.Answer;
import io.sluice.origin.Call;
import io.sluice.origin.Origin;
import io.sluice.telemetry.RouteMeters;
import io.smallrye.mutiny.Uni;

/** A route's origin, its answers timed. */
record OriginCalls(Origin origin, RouteMeters meters) {
    Uni<Answer> ask(Call call) {
        long asked = System.nanoTime();
        return origin.ask(call).invoke(answer -> meters.origin(System.nanoTime() - asked));
    }
}
