package io.sluice.cache.http;

import java.util.List;

/** Whether a shared cache may store a response. Durations are in microseconds. */
public sealed interface Storability {
    /**
     * It may.
     *
     * @param fresh how long it stays fresh from its receipt: its freshness lifetime less {@code initialAge}; 0 for one that
     *     is only kept to stand in
     * @param initialAge the age it had when it was received (RFC 9111 §4.2.3)
     * @param vary request header names in lower case that select it
     */
    record Store(long fresh, long initialAge, long staleWhileRevalidate, long staleIfError, List<String> vary)
            implements Storability {}

    /** It may not; why, as the {@code detail} of Cache-Status. */
    record No(String reason) implements Storability {
        /** Whether a fresher answer could be stored. */
        public boolean isOfFreshness() {
            return reason.equals("not-fresh") || reason.equals("no-freshness");
        }
    }
}
