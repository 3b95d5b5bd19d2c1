package io.sluice.gateway;

import io.sluice.limit.Algorithm;
import io.sluice.limit.Ask;
import io.sluice.limit.Decision;
import io.sluice.limit.Limit;
import io.sluice.limit.Verdict;
import io.sluice.route.LimitHeaders;
import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpHeaders;
import java.time.InstantSource;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Writes {@code RateLimit}, {@code RateLimit-Policy} and {@code Retry-After} (draft-ietf-httpapi-ratelimit-headers-10). */
public final class RateLimitFields {
    private static final CharSequence POLICY = HttpHeaders.createOptimized("RateLimit-Policy");
    private static final CharSequence LIMIT = HttpHeaders.createOptimized("RateLimit");
    private static final CharSequence RETRY_AFTER = HttpHeaders.createOptimized("Retry-After");
    private static final CharSequence X_LIMIT = HttpHeaders.createOptimized("X-RateLimit-Limit");
    private static final CharSequence X_REMAINING = HttpHeaders.createOptimized("X-RateLimit-Remaining");
    private static final CharSequence X_RESET = HttpHeaders.createOptimized("X-RateLimit-Reset");
    private static final long SECOND = 1_000_000;
    /** Bytes that an item mostly has at most. */
    private static final int LENGTH = 48;

    private final InstantSource clock;

    public RateLimitFields(InstantSource clock) {
        this.clock = clock;
    }

    /** In the way that the configuration wants. */
    public void write(Verdict verdict, LimitHeaders which, MultiMap headers) {
        write(verdict, which, headers, null);
    }

    /** @param policy what {@link #policy} makes of the limits of this verdict, where that is known; else null */
    void write(Verdict verdict, LimitHeaders which, MultiMap headers, @Nullable CharSequence policy) {
        if (which.draft()) {
            write(verdict, headers, policy);
        }
        if (which.legacy()) {
            legacy(verdict, headers);
        }
    }

    /**
     * The limit that is closest to denying, or denies. Seconds until more quota comes, as Envoy counts them and as
     * {@code RateLimit} does: no two clocks must agree.
     */
    private static void legacy(Verdict verdict, MultiMap headers) {
        int closest = -1;
        double least = Double.MAX_VALUE;
        for (int i = 0; i < verdict.asks().size(); i++) {
            Limit limit = verdict.asks().get(i).limit();
            Decision decision = verdict.decisions().get(i);
            if (!limit.shadow() && !(decision instanceof Decision.Unavailable)) {
                double part = decision instanceof Decision.Denied ? -1 : (double) remaining(decision) / limit.quota();
                if (part < least) {
                    least = part;
                    closest = i;
                }
            }
        }
        if (closest >= 0) {
            Decision decision = verdict.decisions().get(closest);
            headers.set(
                    X_LIMIT, Long.toString(verdict.asks().get(closest).limit().quota()));
            headers.set(X_REMAINING, Long.toString(remaining(decision)));
            headers.set(X_RESET, Long.toString(roundUp(reset(decision))));
        }
    }

    private static long remaining(Decision decision) {
        return decision instanceof Decision.Allowed allowed
                ? allowed.remaining()
                : ((Decision.Denied) decision).remaining();
    }

    private static long reset(Decision decision) {
        return decision instanceof Decision.Allowed allowed ? allowed.reset() : ((Decision.Denied) decision).reset();
    }

    /** One item per limit; a shadow limit is on trial and shown to nobody. */
    void write(Verdict verdict, MultiMap headers) {
        write(verdict, headers, null);
    }

    private void write(Verdict verdict, MultiMap headers, @Nullable CharSequence known) {
        List<Ask> asks = verdict.asks();
        CharSequence policy =
                known == null ? policy(asks.stream().map(Ask::limit).toList()) : known;
        AsciiText limit = new AsciiText(LENGTH * asks.size());
        for (int i = 0; i < asks.size(); i++) {
            if (!asks.get(i).limit().shadow()) {
                state(asks.get(i).limit(), verdict.decisions().get(i), limit);
            }
        }
        if (!policy.isEmpty()) {
            headers.set(POLICY, policy);
        }
        if (!limit.isEmpty()) {
            headers.set(LIMIT, limit.text());
        } else if (!policy.isEmpty()) {
            // an origin's own state under this gateway's policy would be read as this policy's
            headers.remove(LIMIT);
        }
    }

    /** The value of {@code RateLimit-Policy}; empty where no limit is shown. */
    CharSequence policy(List<Limit> limits) {
        AsciiText text = new AsciiText(LENGTH * limits.size());
        for (Limit limit : limits) {
            if (!limit.shadow()) {
                policy(limit, text);
            }
        }
        return text.text();
    }

    private void policy(Limit limit, AsciiText text) {
        name(limit, text).append(";q=").append(limit.quota());
        if (limit.algorithm() instanceof Algorithm.Concurrency) {
            text.append(";qu=\"concurrent-requests\"");
        } else {
            text.append(";w=").append(seconds(limit));
        }
    }

    /** The length of a limit's window; of a calendar month, of the present one. */
    public long seconds(Limit limit) {
        return limit.window().calendarMonth()
                ? YearMonth.from(clock.instant().atZone(ZoneOffset.UTC)).lengthOfMonth() * 86_400L
                : limit.window().seconds();
    }

    private static void state(Limit limit, Decision decision, AsciiText text) {
        if (decision instanceof Decision.Allowed allowed) {
            item(limit, allowed.remaining(), allowed.reset(), text);
        } else if (decision instanceof Decision.Denied denied) {
            item(limit, denied.remaining(), denied.reset(), text);
        }
    }

    private static void item(Limit limit, long remaining, long reset, AsciiText text) {
        name(limit, text).append(";r=").append(remaining);
        if (!(limit.algorithm() instanceof Algorithm.Concurrency)) {
            text.append(";t=").append(roundUp(reset));
        }
    }

    /** Appends the limit's name as a Structured Field String (RFC 9651 §3.3.3); configuration admits no other characters. */
    private static AsciiText name(Limit limit, AsciiText text) {
        if (!text.isEmpty()) {
            text.append(", ");
        }
        return text.append('"').append(limit.name()).append('"');
    }

    public static long roundUp(long micros) {
        return (micros + SECOND - 1) / SECOND;
    }

    /** The names of the limits that denied, and {@code Retry-After} for when all of them would let the request pass. */
    public List<String> denied(Verdict verdict, MultiMap headers) {
        List<String> violated = new ArrayList<>();
        for (int i = 0; i < verdict.asks().size(); i++) {
            if (denies(verdict, i)) {
                violated.add(verdict.asks().get(i).limit().name());
            }
        }
        long seconds = retryAfter(verdict);
        if (seconds >= 0) {
            headers.set(RETRY_AFTER, Long.toString(seconds));
        }
        return violated;
    }

    /** Seconds until all limits that denied would let the request pass; -1: never. */
    public static long retryAfter(Verdict verdict) {
        long wait = 0;
        for (int i = 0; i < verdict.asks().size(); i++) {
            if (denies(verdict, i)) {
                Decision.Denied denied = (Decision.Denied) verdict.decisions().get(i);
                if (denied.retryAfter() == Decision.NEVER) {
                    return -1;
                }
                wait = Math.max(wait, Math.max(denied.retryAfter(), denied.reset()));
            }
        }
        return Math.max(1, roundUp(wait));
    }

    /** The first limit that denied; null when none did. */
    static @Nullable Limit firstDenying(Verdict verdict) {
        int first = first(verdict);
        return first < 0 ? null : verdict.asks().get(first).limit();
    }

    /** The place of the first limit that denied; -1 when none did. */
    static int first(Verdict verdict) {
        for (int i = 0; i < verdict.asks().size(); i++) {
            if (denies(verdict, i)) {
                return i;
            }
        }
        return -1;
    }

    private static boolean denies(Verdict verdict, int i) {
        return verdict.decisions().get(i) instanceof Decision.Denied
                && !verdict.asks().get(i).limit().shadow();
    }
}
