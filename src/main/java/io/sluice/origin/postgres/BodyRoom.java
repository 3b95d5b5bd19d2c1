package io.sluice.origin.postgres;

import java.util.concurrent.atomic.AtomicLong;

/**
 * How much of bodies may be held at one time, of all that come and of all that are being written: each is bounded by its route, and their
 * number by nobody. It is taken as bytes come, not as they are announced, so that who sends nothing keeps nobody out.
 */
final class BodyRoom {
    /** What is read of a body is some times as large as the body: its text, its values, and what is sent to Postgres. */
    private static final int SHARE = 8;

    /** An eighth of the heap. */
    static final BodyRoom OF_THIS_PROCESS = new BodyRoom(Runtime.getRuntime().maxMemory() / SHARE);

    private final long most;
    private final AtomicLong held = new AtomicLong();

    /** @param most bytes */
    BodyRoom(long most) {
        this.most = most;
    }

    /** Bytes that are held now. */
    long held() {
        return held.get();
    }

    Part part() {
        return new Part();
    }

    /** What one request holds. Belongs to one event loop until it is given back, which may happen on any thread. */
    final class Part {
        private final AtomicLong own = new AtomicLong();

        /**
         * Takes more. Whoever is alone always gets it: a body that its route allows is never too long for an empty room.
         *
         * @return false where there is no room
         */
        boolean take(int bytes) {
            long mine = own.get();
            long before = held.getAndAdd(bytes);
            if (before + bytes > most && before > mine) {
                held.addAndGet(-bytes);
                return false;
            }
            own.addAndGet(bytes);
            return true;
        }

        /** All of it, once. */
        void giveBack() {
            held.addAndGet(-own.getAndSet(0));
        }
    }
}
