package io.sluice.origin.postgres;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * Tells when everything that was sent before one asked has been received, by a nonce sent to oneself behind it. One nonce is
 * under way at a time. Who comes meanwhile waits for the next: what he asks for may have been sent after this one. Everything
 * here runs on one event loop.
 */
final class Echo {
    private final Consumer<String> send;
    private List<Consumer<Boolean>> asking = new ArrayList<>();
    private List<Consumer<Boolean>> waiting = new ArrayList<>();
    private long nonce;
    private boolean underWay;
    private boolean over;

    /** @param send what it is given comes back through {@link #received}, behind all that was sent before */
    Echo(Consumer<String> send) {
        this.send = send;
    }

    /** @param told true when all is received; false when that will never be known */
    void ask(Consumer<Boolean> told) {
        if (over) {
            told.accept(false);
            return;
        }
        waiting.add(told);
        next();
    }

    void received(String payload) {
        if (underWay && payload.equals(Long.toString(nonce))) {
            tell(true);
        }
    }

    /** What was sent last will not come back. */
    void failed() {
        if (underWay) {
            tell(false);
        }
    }

    void close() {
        over = true;
        waiting.addAll(0, asking);
        asking = waiting;
        waiting = new ArrayList<>();
        tell(false);
    }

    private void tell(boolean received) {
        List<Consumer<Boolean>> told = asking;
        asking = new ArrayList<>();
        underWay = false;
        next();
        told.forEach(one -> one.accept(received));
    }

    private void next() {
        if (!underWay && !waiting.isEmpty()) {
            underWay = true;
            asking = waiting;
            waiting = new ArrayList<>();
            send.accept(Long.toString(++nonce));
        }
    }
}
