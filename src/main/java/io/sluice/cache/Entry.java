package io.sluice.cache;

import java.util.List;

/**
 * A stored answer. Instants and durations are in microseconds; instants are the store's, never a caller's.
 *
 * @param status the HTTP status
 * @param headers names and values in turn, end-to-end headers only, without {@code Age} and without limits' headers
 * @param body the whole body, as it is sent
 * @param start the store's instant taken before the load began: what fences compare, and what all durations count from
 * @param initialAge the age the answer already had when it was received (RFC 9111 §4.2.3, corrected_initial_age)
 * @param fresh how long after {@code start} it is served without a question (already jittered)
 * @param refreshAfter how long after {@code start} one background refresh is due; {@link Long#MAX_VALUE} for never
 * @param staleWhileRevalidate how long after {@code start + fresh} it is served while one refresh runs
 * @param staleIfError how long after {@code start + fresh} it is served when the origin fails
 * @param tags names whose barriers void it
 */
public record Entry(
        int status,
        List<String> headers,
        byte[] body,
        long start,
        long initialAge,
        long fresh,
        long refreshAfter,
        long staleWhileRevalidate,
        long staleIfError,
        List<String> tags) {}
