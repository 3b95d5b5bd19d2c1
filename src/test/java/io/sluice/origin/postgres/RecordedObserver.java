package io.sluice.origin.postgres;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/** Writes down what a listener says of itself. */
final class RecordedObserver implements CommitObserver {
    final AtomicInteger listening = new AtomicInteger();
    final AtomicInteger invalidated = new AtomicInteger();
    final List<String> deaf = new CopyOnWriteArrayList<>();
    final List<String> misunderstood = new CopyOnWriteArrayList<>();

    @Override
    public void listening() {
        listening.incrementAndGet();
    }

    @Override
    public void deaf(String why) {
        deaf.add(why);
    }

    @Override
    public void invalidated() {
        invalidated.incrementAndGet();
    }

    @Override
    public void misunderstood(String payload) {
        misunderstood.add(payload);
    }
}
