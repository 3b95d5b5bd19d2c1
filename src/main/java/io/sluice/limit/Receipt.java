package io.sluice.limit;

/**
 * What a store needs to know of a take to give some of it back without creating budget. All but the first two are of
 * the store's own making. Instants are µs of the store's clock, since 1970.
 *
 * @param granted units of the slice, beyond the cost
 * @param life µs from the decision until which the slice may be spent; 0: not at all
 * @param at where the take is accounted: the first instant of a fixed window, an instant in a sub-window or of a hit, or
 *     since when a bucket keeps what giving back needs
 * @param arrival of a token bucket: the theoretical arrival time after the take, in whole µs, rounded down
 * @param given of a token bucket: what was given back in all until the take, µs
 */
public record Receipt(long granted, long life, long at, long arrival, long given) {
    public static final Receipt NONE = new Receipt(0, 0, 0, 0, 0);

    Receipt granting(long units) {
        return new Receipt(units, life, at, arrival, given);
    }
}
