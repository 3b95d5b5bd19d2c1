package io.sluice.limit;

import java.security.SecureRandom;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** Makes what is asked of a limit for one request: the caller's tier, what overrides it, the counter's key, the cost. */
public final class Asker {
    /** Digits of the largest cost that any limit can count. */
    private static final int MOST_DIGITS = 16;

    private final Overrides overrides;
    /** The first is random, so that no two instances name the same holder. */
    private final AtomicLong holders = new AtomicLong(new SecureRandom().nextLong());

    private final Map<Tiered, Limit> tiers = new ConcurrentHashMap<>();

    /** By identity, as a table has each limit once; copied when it grows. */
    private volatile Map<Limit, String> everyone = new IdentityHashMap<>();

    /** A limit under the quota of a tier is the same object each time: stores know limits by identity. */
    private record Tiered(Limit limit, long quota) {}

    public Asker(Overrides overrides) {
        this.overrides = overrides;
    }

    /** By the limit's own cost. */
    public Ask ask(Limit limit, Subject subject) {
        Cost cost = limit.cost();
        long units = cost instanceof Cost.RequestHeader header
                ? units(subject.header(header.name()), limit.capacity())
                : cost.declared();
        return ask(limit, subject, units);
    }

    /**
     * By a cost that the caller names.
     *
     * @param units 0 peeks; negative: no cost at all, which is denied
     */
    public Ask ask(Limit declared, Subject subject, long units) {
        String key = declared.key().isEmpty() ? ofEveryone(declared, subject) : LimitKey.of(declared, subject);
        Tiers by = declared.tiers();
        Limit limit = overrides.of(by == null ? declared : tier(declared, by, subject), key);
        long most = limit.capacity() + 1;
        long cost = units < 0 ? most : Math.min(units, most);
        return new Ask(
                limit,
                key,
                cost,
                0,
                limit.cost() instanceof Cost.ResponseHeader && cost > 0,
                limit.algorithm() instanceof Algorithm.Concurrency && cost > 0 ? holders.incrementAndGet() : 0);
    }

    /** One counter for everyone has one key, made once. */
    private String ofEveryone(Limit limit, Subject subject) {
        String known = everyone.get(limit);
        if (known == null) {
            known = LimitKey.of(limit, subject);
            Map<Limit, String> more = new IdentityHashMap<>(everyone);
            more.put(limit, known);
            everyone = more;
        }
        return known;
    }

    private Limit tier(Limit declared, Tiers tier, Subject subject) {
        String name = LimitKey.value(tier.by(), subject);
        Long quota = name == null ? null : tier.quotas().get(name);
        return quota == null
                ? declared
                : tiers.computeIfAbsent(
                        new Tiered(declared, quota), t -> t.limit().withQuota(t.quota()));
    }

    /** What was made is of the table it was declared in. */
    public void forget() {
        tiers.clear();
        everyone = new IdentityHashMap<>();
    }

    /** 1 where nothing is said; more than the capacity where it is no whole number from 0 on. */
    private static long units(@Nullable String said, long capacity) {
        if (said == null) {
            return 1;
        }
        long units = wholeNumber(said);
        return units < 0 ? capacity + 1 : units;
    }

    /** A whole number from 0 on of at most 16 digits, nothing else: -1. */
    static long wholeNumber(String text) {
        if (text.isEmpty() || text.length() > MOST_DIGITS) {
            return -1;
        }
        long value = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c < '0' || c > '9') {
                return -1;
            }
            value = value * 10 + (c - '0');
        }
        return value;
    }
}
