package io.sluice.boot;

import io.sluice.origin.OriginObserver;
import io.sluice.telemetry.Meters;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.jboss.logging.Logger;

/** Which routes' origins are down: for {@code ready}, for the breakers' gauges, and one log line per change. */
final class OriginStates implements OriginObserver {
    private static final Logger LOG = Logger.getLogger(OriginStates.class);

    private final ConcurrentMap<String, Boolean> open = new ConcurrentHashMap<>();
    private final Meters meters;

    OriginStates(Meters meters) {
        this.meters = meters;
    }

    @Override
    public void breaker(String route, boolean nowOpen) {
        Boolean before = open.put(route, nowOpen);
        if (before == null) {
            meters.breaker("route:" + route, () -> open.getOrDefault(route, false) ? 2 : 0);
        }
        if (nowOpen) {
            LOG.warnf("route %s: its origin is down", route);
        } else if (before != null && before) {
            LOG.infof("route %s: its origin answers again", route);
        }
    }

    /** Routes whose origin is down. */
    List<String> down() {
        return open.entrySet().stream()
                .filter(entry -> entry.getValue())
                .map(entry -> entry.getKey())
                .sorted()
                .toList();
    }
}
