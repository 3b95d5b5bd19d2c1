package io.sluice.limit;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** One request that asks again on a counter that denied lately, and those that wait for what it hears, in the order of arrival. */
final class Probe {
    private final List<Consumer<Boolean>> waiting = new ArrayList<>();
    private @Nullable Boolean heard;

    /** @param told whether it had to go by its share; now, when that is known */
    void then(Consumer<Boolean> told) {
        Boolean known;
        synchronized (this) {
            known = heard;
            if (known == null) {
                waiting.add(told);
                return;
            }
        }
        told.accept(known);
    }

    /** Once. */
    void end(boolean byShare) {
        synchronized (this) {
            heard = byShare;
        }
        waiting.forEach(told -> told.accept(byShare));
    }
}
