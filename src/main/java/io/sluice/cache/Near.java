package io.sluice.cache;

/**
 * An entry in this process, with what the gateway prepared to write and its times on this process' monotonic clock.
 *
 * @param prepared made once from the entry
 * @param startNanos the entry's {@code start} on this process' {@link System#nanoTime} axis, never later than it was
 */
public record Near<P>(Entry entry, P prepared, long startNanos) {
    /** Microseconds the entry has aged since its load began. */
    public long elapsed(long nowNanos) {
        return Math.max(0, (nowNanos - startNanos) / 1000);
    }

    /** The {@code Age} header: whole seconds (RFC 9111 §4.2.3). */
    public long ageSeconds(long nowNanos) {
        return (entry.initialAge() + elapsed(nowNanos)) / 1_000_000;
    }

    /** The same, stale since that instant of the store's, and on this process' clock since now at the latest. */
    Near<P> staleSince(long instant, long nowNanos) {
        // Clocks run apart: it is to be stale for whoever looks at the time from now on.
        Entry stale = entry.staleSince(Math.min(instant, entry.start() + elapsed(nowNanos)));
        return stale.fresh() == entry.fresh() ? this : new Near<>(stale, prepared, startNanos);
    }

    /** Microseconds it stays fresh; negative when stale. */
    public long ttl(long nowNanos) {
        return entry.fresh() - elapsed(nowNanos);
    }
}
