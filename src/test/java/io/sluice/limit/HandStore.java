package io.sluice.limit;

import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.subscription.UniEmitter;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/** A store that answers when and what the test says. */
final class HandStore implements LimitStore {
    private record Asked(List<Ask> asks, UniEmitter<? super List<Decision>> reply) {}

    private final Deque<Asked> asked = new ArrayDeque<>();
    final List<Settlement> settled = new ArrayList<>();
    boolean acknowledges = true;

    @Override
    public Uni<List<Decision>> acquire(List<Ask> asks) {
        return Uni.createFrom().emitter(emitter -> asked.add(new Asked(asks, emitter)));
    }

    @Override
    public Uni<List<Settlement>> settle(List<Settlement> settlements) {
        return Uni.createFrom().item(() -> {
            settled.addAll(settlements);
            return acknowledges ? List.<Settlement>of() : settlements;
        });
    }

    int waiting() {
        return asked.size();
    }

    /** What the oldest unanswered call asks. */
    List<Ask> oldest() {
        return asked.element().asks;
    }

    void answer(Decision... decisions) {
        asked.remove().reply.complete(List.of(decisions));
    }

    /** Grants so many units, for so long. */
    static Decision granted(long remaining, long units, long life) {
        return new Decision.Allowed(remaining, 1_000, new Receipt(units, life, 1, 2, 3));
    }
}
