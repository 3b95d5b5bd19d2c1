package io.sluice.cache;

/**
 * When a write began: before its transaction, so that whatever another one commits meanwhile is told later.
 *
 * @param instant the store's
 * @param epoch see {@link Barriers#epoch}: what has been missed since may have come since
 * @param nanos of this process' clock
 */
public record Begun(long instant, long epoch, long nanos) {}
