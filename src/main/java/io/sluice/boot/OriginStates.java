package io.sluice.boot;

import io.sluice.origin.OriginObserver;
import io.sluice.telemetry.Meters;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/** Which routes' origins are down or do not fit: for {@code ready}, for the gauges, and one log line per change. */
final class OriginStates implements OriginObserver {
    private static final Logger LOG = Logger.getLogger(OriginStates.class);

    private final ConcurrentMap<String, Boolean> open = new ConcurrentHashMap<>();
    /** Why a route does not fit; empty: it fits again. */
    private final ConcurrentMap<String, String> misfits = new ConcurrentHashMap<>();

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

    @Override
    public void misfit(String route, @Nullable String why) {
        String now = why == null ? "" : why;
        if (why == null && !misfits.containsKey(route)) {
            return;
        }
        String before = misfits.put(route, now);
        if (before == null) {
            meters.misfit(route, () -> misfits.getOrDefault(route, "").isEmpty() ? 0 : 1);
        }
        if (!now.isEmpty() && !now.equals(before)) {
            LOG.warnf("route %s: its SQL does not fit the schema: %s; it answers 503 until it does", route, now);
        } else if (now.isEmpty() && before != null && !before.isEmpty()) {
            LOG.infof("route %s: its SQL fits the schema again", route);
        }
    }

    /** What is wrong, by route. */
    Map<String, String> wrong() {
        Map<String, String> wrong = new TreeMap<>();
        open.forEach((route, isOpen) -> {
            if (isOpen) {
                wrong.put(route, "origin down");
            }
        });
        misfits.forEach((route, why) -> {
            if (!why.isEmpty()) {
                wrong.put(route, "its SQL does not fit the schema: " + why);
            }
        });
        return wrong;
    }
}
