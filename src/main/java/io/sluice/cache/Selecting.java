package io.sluice.cache;

import org.jspecify.annotations.Nullable;

/** The request headers that select among the stored variants of one key (RFC 9111 §4.1). */
@FunctionalInterface
public interface Selecting {
    /** The value of a request header, several lines joined by {@code ", "}; null when absent. */
    @Nullable
    String header(String name);
}
