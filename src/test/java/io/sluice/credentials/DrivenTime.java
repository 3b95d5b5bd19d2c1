package io.sluice.credentials;

import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** A clock and its alarms, which move when told to. */
final class DrivenTime implements InstantSource, Alarm {
    private final List<Due> due = new ArrayList<>();
    private long now = 1_000_000;

    private record Due(long at, Runnable task) {}

    @Override
    public Instant instant() {
        return Instant.ofEpochMilli(now);
    }

    @Override
    public Runnable after(long millis, Runnable task) {
        Due entry = new Due(now + millis, task);
        due.add(entry);
        return () -> due.remove(entry);
    }

    /** Runs what falls due on the way, in its order. */
    void pass(long millis) {
        long end = now + millis;
        while (true) {
            Due first = due.stream()
                    .filter(entry -> entry.at <= end)
                    .min(Comparator.comparingLong(Due::at))
                    .orElse(null);
            if (first == null) {
                break;
            }
            due.remove(first);
            now = Math.max(now, first.at);
            first.task.run();
        }
        now = end;
    }

    int alarms() {
        return due.size();
    }
}
