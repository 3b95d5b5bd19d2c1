package io.sluice.cache.http;

import static io.sluice.cache.http.CacheControl.Directive.MAX_AGE;
import static io.sluice.cache.http.CacheControl.Directive.S_MAXAGE;

import java.util.List;
import java.util.OptionalLong;
import java.util.function.Function;

/** How long a response is fresh and how old it is (RFC 9111 §4.2), in whole seconds, as of its receipt. */
final class Freshness {
    /** There is nothing to tell it from. */
    static final long UNKNOWN = -1;

    /** The part of the time since the last modification, and the most, that a response counts as fresh (§4.2.2). */
    private static final int HEURISTIC_PART = 10;

    private static final long HEURISTIC_MOST = 86_400;

    private final Function<String, List<String>> headers;
    private final CacheControl control;
    private final long nowMillis;
    private final long date;

    /** @param nowMillis the time of receipt, since 1970 */
    Freshness(Function<String, List<String>> headers, CacheControl control, long nowMillis) {
        this.headers = headers;
        this.control = control;
        this.nowMillis = nowMillis;
        this.date = date(headers.apply("date"), nowMillis);
    }

    /** A response without a date, or with one that is none, counts as made when it was received (RFC 9110 §6.6.1). */
    private static long date(List<String> lines, long nowMillis) {
        long now = nowMillis / 1000;
        return lines.isEmpty() ? now : HttpDate.parse(lines.get(0), nowMillis).orElse(now);
    }

    /**
     * The explicit lifetime (§4.2.1): what is there and cannot be read is 0, stale. {@link #UNKNOWN} where the origin says
     * nothing.
     */
    long explicit() {
        long seconds = control.seconds(S_MAXAGE);
        if (seconds < 0) {
            seconds = control.seconds(MAX_AGE);
        }
        if (seconds >= 0 || control.isTargeted()) {
            return seconds;
        }
        List<String> expires = headers.apply("expires");
        if (expires.isEmpty()) {
            return UNKNOWN;
        }
        if (expires.stream().distinct().count() > 1) {
            return 0;
        }
        OptionalLong at = HttpDate.parse(expires.get(0), nowMillis);
        return at.isEmpty() ? 0 : Math.min(CacheControl.LARGEST, Math.max(0, at.getAsLong() - date));
    }

    /** A tenth of the time that the response went unchanged, at most a day (§4.2.2); {@link #UNKNOWN} if nobody can tell. */
    long heuristic() {
        List<String> lines = headers.apply("last-modified");
        if (lines.isEmpty()) {
            return UNKNOWN;
        }
        OptionalLong modified = HttpDate.parse(lines.get(0), nowMillis);
        long made = Math.min(date, nowMillis / 1000); // a clock ahead of this one lengthens no life
        if (modified.isEmpty() || modified.getAsLong() >= made) {
            return UNKNOWN;
        }
        return Math.min(HEURISTIC_MOST, (made - modified.getAsLong()) / HEURISTIC_PART);
    }

    /**
     * The age on receipt (§4.2.3): what {@code Age} says in its first member (§5.1), or what {@code Date} shows. How long
     * the response took is counted from the load's start, by the cache.
     */
    long age() {
        long apparent = Math.max(0, nowMillis / 1000 - date);
        List<String> lines = headers.apply("age");
        long age = 0;
        if (!lines.isEmpty()) {
            String first = lines.get(0);
            int comma = first.indexOf(',');
            age = Math.max(0, CacheControl.number((comma < 0 ? first : first.substring(0, comma)).strip()));
        }
        return Math.min(CacheControl.LARGEST, Math.max(apparent, age));
    }
}
