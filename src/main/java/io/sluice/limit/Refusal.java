package io.sluice.limit;

import org.jspecify.annotations.Nullable;

/**
 * What becomes of a request that a limit denies.
 *
 * @param maxDelay µs that it may wait for its turn; 0: it is rejected at once
 * @param status of the answer
 * @param body a template; null for a problem document
 */
public record Refusal(long maxDelay, int status, @Nullable String body) {
    public static final Refusal STANDARD = new Refusal(0, 429, null);

    public boolean delays() {
        return maxDelay > 0;
    }
}
