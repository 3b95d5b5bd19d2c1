package io.sluice.cache;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A stored answer. Instants and durations are in microseconds; instants are the store's, never a caller's.
 *
 * @param status the HTTP status
 * @param headers of the plain body: names and values in turn, end-to-end headers only, without {@code Age} and without limits' headers
 * @param body the whole body
 * @param start the store's instant taken before the load began: what fences compare, and what all durations count from
 * @param initialAge the age the answer already had when it was received (RFC 9111 §4.2.3, corrected_initial_age)
 * @param fresh how long after {@code start} it is served without a question (already jittered)
 * @param refreshAfter how long after {@code start} one background refresh is due; {@link Long#MAX_VALUE} for never
 * @param lead how long before it goes stale one background refresh begins by chance, in the mean of one reader's draw: how
 *     long its load took, times the route's factor; 0 for never
 * @param staleWhileRevalidate how long after {@code start + fresh} it is served while one refresh runs
 * @param staleIfError how long after {@code start + fresh} it is served when the origin fails
 * @param tags names whose barriers void it
 */
public record Entry(
        int status,
        List<String> headers,
        Body body,
        long start,
        long initialAge,
        long fresh,
        long refreshAfter,
        long lead,
        long staleWhileRevalidate,
        long staleIfError,
        List<String> tags) {
    private static final long SECOND = 1_000_000;
    private static final long LEAST = 60 * SECOND;
    private static final long MOST = 3_600 * SECOND;

    /** A stored header's value; null where there is none. */
    public @Nullable String header(String name) {
        for (int i = 0; i < headers.size(); i += 2) {
            if (headers.get(i).equalsIgnoreCase(name)) {
                return headers.get(i + 1);
            }
        }
        return null;
    }

    /** All of a stored header's lines; empty where there is none. */
    public List<String> lines(String name) {
        List<String> lines = new ArrayList<>(1);
        for (int i = 0; i < headers.size(); i += 2) {
            if (headers.get(i).equalsIgnoreCase(name)) {
                lines.add(headers.get(i + 1));
            }
        }
        return lines;
    }

    /** Whether the origin has to be asked for each request that it is to answer, which it can be, for this has a validator. */
    public boolean validatesAlways() {
        return fresh <= 0 && staleWhileRevalidate <= 0 && hasValidator();
    }

    private boolean hasValidator() {
        return header("etag") != null || header("last-modified") != null;
    }

    /** The same, of a load that began at that instant. */
    public Entry since(long instant) {
        return new Entry(
                status,
                headers,
                body,
                instant,
                initialAge,
                fresh,
                refreshAfter,
                lead,
                staleWhileRevalidate,
                staleIfError,
                tags);
    }

    /** The same, no longer fresh from an instant on: what stands in for it then counts from there. */
    public Entry staleSince(long instant) {
        long until = Math.max(0, instant - start);
        return until >= fresh
                ? this
                : new Entry(
                        status,
                        headers,
                        body,
                        start,
                        initialAge,
                        until,
                        refreshAfter,
                        lead,
                        staleWhileRevalidate,
                        staleIfError,
                        tags);
    }

    /**
     * How long after {@code start} it is of use: while it may be served, and with a validator as long again as it was fresh, a
     * minute at least and an hour at most, since the origin may say that it still is right.
     */
    public long useful() {
        long validated = hasValidator() ? Math.min(MOST, Math.max(LEAST, fresh)) : 0;
        return fresh + Math.max(validated, Math.max(staleWhileRevalidate, staleIfError));
    }
}
