package io.sluice.cache;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.OptionalLong;

/** A clock and a timer that move when told. */
public final class ManualTime implements Timer {
    private record Task(long at, Runnable run) {}

    private final List<Task> tasks = new ArrayList<>();
    private long micros = 1_000_000_000;

    public long micros() {
        return micros;
    }

    public long nanos() {
        return micros * 1000;
    }

    @Override
    public Scheduled after(long delay, Runnable run) {
        Task task = new Task(micros + delay, run);
        tasks.add(task);
        return () -> tasks.remove(task);
    }

    /** How many timers are set. */
    public int pending() {
        return tasks.size();
    }

    /** When the next timer rings. */
    public OptionalLong next() {
        return tasks.stream().mapToLong(Task::at).min();
    }

    public void advance(long by) {
        long until = micros + by;
        while (true) {
            Task next = tasks.stream()
                    .filter(task -> task.at <= until)
                    .min(Comparator.comparingLong(Task::at))
                    .orElse(null);
            if (next == null) {
                break;
            }
            tasks.remove(next);
            micros = Math.max(micros, next.at);
            next.run.run();
        }
        micros = until;
    }
}
