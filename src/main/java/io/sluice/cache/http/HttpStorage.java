package io.sluice.cache.http;

import static io.sluice.cache.http.CacheControl.Directive.STALE_IF_ERROR;
import static io.sluice.cache.http.CacheControl.Directive.STALE_WHILE_REVALIDATE;

import io.sluice.cache.CachePolicy;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Whether a shared cache may store a response, how long and without which fields: RFC 9111 §3 and §4.2. */
public final class HttpStorage {
    private static final long SECOND = 1_000_000;

    /** {@code *}, and what the gateway writes anew for each client: nothing that a request carries tells what the origin saw. */
    private static final Set<String> NOT_TO_SELECT_BY = Set.of("*", "forwarded", "via", "x-forwarded-for");

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
        if (!Statuses.isStorable(status)) {
            return new Storability.No("status");
        }
        if (status == 416 && !headers.apply("content-range").isEmpty()) {
            return new Storability.No("content-range");
        }
        CacheControl control = CacheControl.of(headers);
        String refusal = refusal(status, control);
        if (refusal != null) {
            return new Storability.No(refusal);
        }
        if (authorized && !control.has("public") && !control.has("s-maxage") && !control.has("must-revalidate")) {
            return new Storability.No("authorization");
        }
        Set<String> withheld = new HashSet<>();
        List<String> secret = control.fields("private");
        if (secret == null || !StoredFields.canSpare(secret)) {
            return new Storability.No("private");
        }
        withheld.addAll(secret);
        List<String> unvalidated = control.fields("no-cache");
        boolean mustValidate = unvalidated == null || !StoredFields.canSpare(unvalidated);
        if (!mustValidate && unvalidated != null) {
            withheld.addAll(unvalidated);
        }
        if (!headers.apply("set-cookie").isEmpty() && withheld.add("set-cookie") && !isForAll(control)) {
            return new Storability.No("set-cookie");
        }
        List<String> vary = FieldNames.of(headers.apply("vary"));
        if (!canSelect(vary)) {
            return new Storability.No("vary");
        }
        List<String> tags = OriginTags.of(headers);
        if (tags == null) {
            return new Storability.No("tags");
        }
        Freshness freshness = new Freshness(headers, control, nowMillis);
        Long lifetime = mustValidate ? Long.valueOf(0) : lifetime(status, control, freshness, policy);
        if (lifetime == null) {
            return new Storability.No("no-freshness");
        }
        long age = freshness.age() * SECOND;
        Storability.Store store = new Storability.Store(
                Math.max(0, lifetime - age),
                age,
                mustValidate ? 0 : staleWhileRevalidate(control),
                mustValidate ? 0 : staleIfError(control, policy),
                vary,
                tags,
                StoredFields.never(headers),
                withheld);
        boolean lasts = store.fresh() + Math.max(store.staleWhileRevalidate(), store.staleIfError()) > 0;
        return lasts || hasValidator(headers) ? store : new Storability.No(mustValidate ? "no-cache" : "not-fresh");
    }

    /**
     * Whether the origin thought of shared caches. Nothing keeps an answer with {@code Set-Cookie} from being stored (RFC 9111 §7.3), but
     * frameworks set one beside any {@code max-age}; and the cookie is one client's in any case.
     */
    private static boolean isForAll(CacheControl control) {
        return control.has("public") || control.has("s-maxage") || control.isTargeted();
    }

    /** Whether a response that varies by these request fields can be told from others by what the requests carry (RFC 9111 §4.1). */
    public static boolean canSelect(List<String> vary) {
        return vary.stream().allMatch(FieldNames::isToken) && vary.stream().noneMatch(NOT_TO_SELECT_BY::contains);
    }

    /** The directive that forbids storing, if one does; {@code private} and {@code no-cache} may spare a part. */
    private static @Nullable String refusal(int status, CacheControl control) {
        boolean mustUnderstand = control.has("must-understand");
        if (mustUnderstand && !Statuses.isUnderstood(status)) {
            return "must-understand";
        }
        // no-store beside must-understand is for caches that do not know the latter (RFC 9111 §5.2.2.3)
        return control.isUnreadable() || control.has("no-store") && !mustUnderstand ? "no-store" : null;
    }

    /** Microseconds: the origin's explicit word, the route's, or a guess, in this order; null where there is none. */
    private static @Nullable Long lifetime(int status, CacheControl control, Freshness freshness, CachePolicy policy) {
        long explicit = freshness.explicit();
        if (explicit >= 0) {
            return explicit * SECOND;
        }
        if (!Statuses.isHeuristic(status) && !control.has("public")) {
            return null;
        }
        boolean negative = status == 404 || status == 410;
        if (negative && policy.negativeTtl() > 0) {
            return policy.negativeTtl();
        }
        if (policy.ttl() != null) {
            return policy.ttl();
        }
        long heuristic = freshness.heuristic();
        return heuristic > 0 ? Long.valueOf(heuristic * SECOND) : null;
    }

    /** Then it is of use though it is never fresh: the origin can say that it still is right. */
    private static boolean hasValidator(Function<String, List<String>> headers) {
        return !headers.apply("etag").isEmpty()
                || !headers.apply("last-modified").isEmpty();
    }

    private static boolean mayNotBeStale(CacheControl control) {
        return control.has("must-revalidate") || control.has("proxy-revalidate");
    }

    private static long staleWhileRevalidate(CacheControl control) {
        return mayNotBeStale(control) ? 0 : Math.max(0, control.seconds(STALE_WHILE_REVALIDATE)) * SECOND;
    }

    /**
     * Stale may not be served where the origin forbids it; s-maxage forbids it too (RFC 9111 §4.2.4, §5.2.2.10), unless
     * the origin itself says for how long it allows it (RFC 5861).
     */
    private static long staleIfError(CacheControl control, CachePolicy policy) {
        if (mayNotBeStale(control)) {
            return 0;
        }
        long origin = control.seconds(STALE_IF_ERROR);
        if (origin >= 0) {
            return origin * SECOND;
        }
        return control.has("s-maxage") ? 0 : policy.staleIfError();
    }
}
