package io.sluice.redis;

import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.subscription.UniEmitter;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** Barriers that wait for every instance to say that it has applied them. */
final class Confirmations {
    private final Map<String, Pending> pending = new ConcurrentHashMap<>();
    private final AtomicLong numbers = new AtomicLong();

    /** Starts collecting, before the barrier is sent: a confirmation may overtake the reply. */
    String open() {
        String number = Long.toString(numbers.incrementAndGet());
        pending.put(number, new Pending());
        return number;
    }

    void confirmed(String number, String instance) {
        Pending barrier = pending.get(number);
        if (barrier != null && barrier.confirmed(instance)) {
            close(number);
        }
    }

    /** Completes when all of these have confirmed, or when it is closed. */
    Uni<Void> expect(String number, Set<String> instances) {
        Pending barrier = pending.get(number);
        if (barrier == null) {
            return Uni.createFrom().voidItem();
        }
        return Uni.createFrom().emitter(emitter -> {
            if (barrier.expect(instances, emitter)) {
                close(number);
            }
        });
    }

    void close(String number) {
        Pending barrier = pending.remove(number);
        if (barrier != null) {
            barrier.done();
        }
    }

    private static final class Pending {
        private final Set<String> confirmed = new HashSet<>();
        private @Nullable Set<String> expected;
        private @Nullable UniEmitter<? super Void> emitter;

        synchronized boolean confirmed(String instance) {
            confirmed.add(instance);
            return expected != null && confirmed.containsAll(expected);
        }

        synchronized boolean expect(Set<String> instances, UniEmitter<? super Void> waiter) {
            expected = instances;
            emitter = waiter;
            return confirmed.containsAll(instances);
        }

        synchronized void done() {
            if (emitter != null) {
                emitter.complete(null);
            }
        }
    }
}
