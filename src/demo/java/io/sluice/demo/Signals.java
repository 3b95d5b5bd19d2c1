package io.sluice.demo;

import java.io.IOException;
import java.io.UncheckedIOException;

/** Signals to processes that Java has no method for. */
final class Signals {
    private Signals() {}

    /** @param name without {@code SIG}; returns when it was delivered */
    static void send(Process process, String name) {
        try {
            // The shell's own kill: the program of that name is not on every machine.
            Process kill = new ProcessBuilder("sh", "-c", "kill -" + name + " " + process.pid())
                    .inheritIO()
                    .start();
            int code = kill.onExit().join().exitValue();
            if (code != 0) {
                throw new IllegalStateException("SIG" + name + " to process " + process.pid() + ": code " + code);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("no shell to send a signal with", e);
        }
    }
}
