package io.sluice.origin.postgres;

import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.TreeSet;
import java.util.function.Consumer;

/** Which invalidations are under way, by their numbers from 1, and who waits until all up to one are acknowledged. */
final class Acknowledgements {
    private record Waiter(long upTo, Consumer<Boolean> told) {}

    private final TreeSet<Long> underWay = new TreeSet<>();
    /** By their numbers, since these only grow. */
    private final Queue<Waiter> waiters = new ArrayDeque<>();

    private long latest;

    long begin() {
        underWay.add(++latest);
        return latest;
    }

    /**
     * @param next whether the one that begins next has to be acknowledged too
     * @param told true then; false when one fails before
     */
    void await(boolean next, Consumer<Boolean> told) {
        waiters.add(new Waiter(next ? latest + 1 : latest, told));
        tell();
    }

    void acknowledged(long number) {
        underWay.remove(number);
        tell();
    }

    void failed(long number) {
        underWay.remove(number);
        List<Waiter> all = List.copyOf(waiters);
        waiters.clear();
        all.forEach(one -> one.told.accept(false));
    }

    boolean isLatest(long number) {
        return number == latest;
    }

    private void tell() {
        long upTo = underWay.isEmpty() ? latest : underWay.first() - 1;
        for (Waiter first = waiters.peek(); first != null && first.upTo <= upTo; first = waiters.peek()) {
            waiters.remove();
            first.told.accept(true);
        }
    }
}
