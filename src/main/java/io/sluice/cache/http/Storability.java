package io.sluice.cache.http;

import java.util.List;
import java.util.Set;

/** Whether a shared cache may store a response. Durations are in microseconds. */
public sealed interface Storability {
    /**
     * It may.
     *
     * @param fresh how long it stays fresh from its receipt: its freshness lifetime less {@code initialAge}; 0 for one that
     *     is only kept to stand in
     * @param initialAge the age it had when it was received (RFC 9111 §4.2.3)
     * @param vary request header names in lower case that select it
     * @param tags what the origin calls it, to void it by
     * @param unstored names of fields, in lower case, that do not outlive the connection they came on (RFC 9111 §3.1)
     * @param withheld names of fields, in lower case, that are for the request that brought the response and nobody else
     *     (RFC 9111 §5.2.2.4, §5.2.2.7)
     */
    record Store(
            long fresh,
            long initialAge,
            long staleWhileRevalidate,
            long staleIfError,
            List<String> vary,
            List<String> tags,
            Set<String> unstored,
            Set<String> withheld)
            implements Storability {}

    /** It may not; why, in a word. */
    record No(String reason) implements Storability {
        /** Whether a fresher answer could be stored. */
        public boolean isOfFreshness() {
            return reason.equals("not-fresh") || reason.equals("no-freshness");
        }
    }
}
