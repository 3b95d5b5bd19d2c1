package io.sluice.cache.http;

import static io.sluice.cache.http.CacheControl.Directive.MAX_AGE;
import static io.sluice.cache.http.CacheControl.Directive.STALE_IF_ERROR;
import static io.sluice.cache.http.CacheControl.Directive.STALE_WHILE_REVALIDATE;
import static io.sluice.cache.http.CacheControl.Directive.S_MAXAGE;

import io.sluice.cache.CachePolicy;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** RFC 9111 §3 and §4.2 for a shared cache. */
public final class HttpStorage {
    private static final long SECOND = 1_000_000;

    /** May be stored without explicit freshness, where the route gives a time (RFC 9110 §15.1; no 206). */
    private static final Set<Integer> HEURISTIC = Set.of(200, 203, 204, 300, 301, 308, 404, 405, 410, 414, 501);

    /** Never: partial, about the stored one, or by their own definition (RFC 6585 §§3-6). */
    private static final Set<Integer> NEVER = Set.of(206, 304, 428, 429, 431, 511);

    private HttpStorage() {}

    /**
     * @param method the request's
     * @param authorized whether the request carried {@code Authorization}
     * @param headers the response's field lines by name, empty where absent
     * @param nowMillis the time of receipt, since 1970
     */
    public static Storability decide(
            String method,
            boolean authorized,
            int status,
            Function<String, List<String>> headers,
            CachePolicy policy,
            long nowMillis) {
        if (!method.equals("GET")) {
            return new Storability.No("method");
        }
        if (status < 200 || NEVER.contains(status)) {
            return new Storability.No("status");
        }
        CacheControl control = CacheControl.parse(headers.apply("cache-control"));
        for (String refusal : List.of("no-store", "private", "no-cache")) {
            if (control.has(refusal)) {
                return new Storability.No(refusal);
            }
        }
        if (control.has("must-understand") && !HEURISTIC.contains(status)) {
            return new Storability.No("must-understand");
        }
        if (authorized && !control.has("public") && !control.has("s-maxage") && !control.has("must-revalidate")) {
            return new Storability.No("authorization");
        }
        if (!headers.apply("content-range").isEmpty()) {
            return new Storability.No("content-range"); // partial, whatever its status says (RFC 9110 §14.4)
        }
        if (!headers.apply("set-cookie").isEmpty()) {
            return new Storability.No("set-cookie");
        }
        List<String> vary = vary(headers.apply("vary"));
        if (vary.contains("*")) {
            return new Storability.No("vary");
        }
        return dated(status, headers, control, policy, vary, nowMillis);
    }

    private static Storability dated(
            int status,
            Function<String, List<String>> headers,
            CacheControl control,
            CachePolicy policy,
            List<String> vary,
            long nowMillis) {
        long lifetime = lifetime(control, headers, nowMillis);
        if (lifetime < 0) {
            Long given = given(status, policy);
            if (given == null || !HEURISTIC.contains(status)) {
                return new Storability.No("no-freshness");
            }
            lifetime = given;
        }
        long initialAge = initialAge(headers, nowMillis);
        long fresh = Math.max(0, lifetime - initialAge);
        // Stale may not be served where the origin forbids it; s-maxage forbids it too (RFC 9111 §4.2.4, §5.2.2.10),
        // unless the origin itself says for how long it allows it (RFC 5861).
        boolean forbidden = control.has("must-revalidate") || control.has("proxy-revalidate");
        long whileRevalidate = forbidden ? 0 : Math.max(0, control.seconds(STALE_WHILE_REVALIDATE)) * SECOND;
        long ifError = forbidden ? 0 : Math.max(0, control.seconds(STALE_IF_ERROR)) * SECOND;
        if (!forbidden && !control.has("s-maxage") && !control.has("stale-if-error")) {
            ifError = policy.staleIfError();
        }
        if (fresh + Math.max(whileRevalidate, ifError) <= 0) {
            return new Storability.No("not-fresh");
        }
        return new Storability.Store(fresh, initialAge, whileRevalidate, ifError, vary);
    }

    /** Explicit freshness in microseconds; negative when there is none (RFC 9111 §4.2.1). */
    private static long lifetime(CacheControl control, Function<String, List<String>> headers, long nowMillis) {
        long seconds = control.seconds(S_MAXAGE);
        if (seconds < 0) {
            seconds = control.seconds(MAX_AGE);
        }
        if (seconds >= 0) {
            return seconds * SECOND;
        }
        List<String> expires = headers.apply("expires");
        if (expires.isEmpty()) {
            return -1;
        }
        if (expires.stream().distinct().count() > 1) {
            return 0;
        }
        OptionalLong at = HttpDate.parse(expires.get(0), nowMillis);
        return at.isEmpty()
                ? 0
                : Math.min(CacheControl.LARGEST, Math.max(0, at.getAsLong() - date(headers, nowMillis))) * SECOND;
    }

    private static @Nullable Long given(int status, CachePolicy policy) {
        boolean negative = status == 404 || status == 410;
        return negative && policy.negativeTtl() > 0 ? Long.valueOf(policy.negativeTtl()) : policy.ttl();
    }

    /** RFC 9111 §4.2.3; how long the response took is counted from the load's start, by the cache. */
    private static long initialAge(Function<String, List<String>> headers, long nowMillis) {
        long apparent = Math.max(0, nowMillis / 1000 - date(headers, nowMillis));
        List<String> lines = headers.apply("age");
        long age = 0;
        if (!lines.isEmpty()) {
            String first = lines.get(0);
            int comma = first.indexOf(',');
            age = Math.max(0, CacheControl.number((comma < 0 ? first : first.substring(0, comma)).strip()));
        }
        return Math.max(apparent, age) * SECOND;
    }

    private static long date(Function<String, List<String>> headers, long nowMillis) {
        List<String> lines = headers.apply("date");
        return lines.isEmpty()
                ? nowMillis / 1000
                : HttpDate.parse(lines.get(0), nowMillis).orElse(nowMillis / 1000);
    }

    private static List<String> vary(List<String> lines) {
        List<String> names = new ArrayList<>();
        for (String line : lines) {
            int from = 0;
            while (from <= line.length()) {
                int comma = line.indexOf(',', from);
                int to = comma < 0 ? line.length() : comma;
                String name = line.substring(from, to).strip().toLowerCase(Locale.ROOT);
                if (!name.isEmpty() && !names.contains(name)) {
                    names.add(name);
                }
                from = to + 1;
            }
        }
        return List.copyOf(names);
    }
}
