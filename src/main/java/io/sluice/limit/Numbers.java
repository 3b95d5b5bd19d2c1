package io.sluice.limit;

import org.jspecify.annotations.Nullable;

/**
 * What replaces a limit's numbers while the fleet runs, written {@code quota=500 burst=1000 until=1767225600000}, the last two
 * where they are wanted.
 *
 * @param quota units per window
 * @param burst of a token bucket; 0: as the limit has it
 * @param until ms since 1970 of the store's clock; 0: without an end
 */
public record Numbers(long quota, long burst, long until) {
    /** Null: it is no such text. */
    public static @Nullable Numbers parse(String text) {
        long quota = 0;
        long burst = 0;
        long until = 0;
        for (String part : text.strip().split(" +", -1)) {
            int equals = part.indexOf('=');
            long value = equals < 0 ? -1 : Asker.wholeNumber(part.substring(equals + 1));
            if (value < 1) {
                return null;
            }
            switch (part.substring(0, equals)) {
                case "quota" -> quota = value;
                case "burst" -> burst = value;
                case "until" -> until = value;
                default -> {
                    return null;
                }
            }
        }
        return quota == 0 ? null : new Numbers(quota, burst, until);
    }

    /** As {@link #parse} reads it. */
    public String text() {
        return "quota=" + quota + (burst == 0 ? "" : " burst=" + burst) + (until == 0 ? "" : " until=" + until);
    }

    /** The limit with these numbers; null: no store could count it. */
    @Nullable
    Limit applied(Limit limit) {
        Limit other = limit.withQuota(quota);
        if (burst != 0 && limit.algorithm() instanceof Algorithm.TokenBucket) {
            other = other.with(new Algorithm.TokenBucket(burst));
        }
        return LimitBounds.refusal(other) == null ? other : null;
    }
}
