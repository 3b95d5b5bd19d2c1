package io.sluice.boot;

import io.sluice.origin.Answer;
import io.sluice.origin.OriginObserver;
import io.sluice.telemetry.Meters;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.jboss.logging.Logger;

/** How each route's origin did last: for {@code ready}, for the breaker's gauge, and one log line per change. */
final class OriginStates implements OriginObserver {
    private static final Logger LOG = Logger.getLogger(OriginStates.class);

    private final ConcurrentMap<String, String> failing = new ConcurrentHashMap<>();
    private final ConcurrentMap<String, Boolean> breakers = new ConcurrentHashMap<>();
    private final Meters meters;

    OriginStates(Meters meters) {
        this.meters = meters;
    }

    @Override
    public void answered(String route, Answer answer, long nanos) {
        if (answer instanceof Answer.Failed failed) {
            if (failing.put(route, failed.detail()) == null) {
                LOG.warnf("route %s: %s", route, failed.detail());
            }
        } else if (!failing.isEmpty() && failing.remove(route) != null) {
            LOG.infof("route %s: its origin answers again", route);
        }
    }

    @Override
    public void breaker(String route, boolean open) {
        if (breakers.put(route, open) == null) {
            meters.breaker("route:" + route, () -> breakers.getOrDefault(route, false) ? 2 : 0);
        }
    }

    /** Routes whose last call failed, and why. */
    Map<String, String> failing() {
        return new TreeMap<>(failing);
    }
}
