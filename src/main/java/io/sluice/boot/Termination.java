package io.sluice.boot;

import io.quarkus.runtime.Quarkus;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import sun.misc.Signal;

/** Ends the program on SIGTERM and SIGINT: not ready, drained, exit 0. */
final class Termination {
    private static final AtomicReference<@Nullable Runnable> DRAIN = new AtomicReference<>();

    private Termination() {}

    static void onSignal() {
        Signal.handle(new Signal("TERM"), signal -> end());
        Signal.handle(new Signal("INT"), signal -> end());
    }

    /** @param drain returns when what was accepted has been answered, or its time is up */
    static void drainWith(Runnable drain) {
        DRAIN.set(drain);
    }

    private static void end() {
        Thread ending = new Thread(
                () -> {
                    Runnable drain = DRAIN.getAndSet(null);
                    if (drain != null) {
                        drain.run();
                    }
                    Quarkus.asyncExit(0);
                },
                "sluice-drain");
        ending.start();
    }
}
