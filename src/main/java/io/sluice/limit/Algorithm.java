package io.sluice.limit;

/** How a limit counts, and so what it promises to the fleet as a whole. */
public sealed interface Algorithm {

    /** No calendar-aligned window (UTC) admits more than the quota. */
    record FixedWindow() implements Algorithm {}

    /** No window of that length, wherever it starts, admits more than the quota. */
    record SlidingWindow() implements Algorithm {}

    /** The same, and budget comes back at the exact instant; costs an entry per hit. */
    record SlidingLog() implements Algorithm {}

    /**
     * Any interval t admits at most {@code burst + t × quota/window} (GCRA, ITU-T I.371).
     *
     * @param burst the capacity, in units of cost
     */
    record TokenBucket(long burst) implements Algorithm {}

    /** Never more than the quota of slots held; a slot that is not renewed for its life is freed. */
    record Concurrency() implements Algorithm {}
}
