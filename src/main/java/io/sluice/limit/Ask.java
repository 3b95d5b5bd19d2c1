package io.sluice.limit;

/**
 * One limit asked for one request.
 *
 * @param key the counter: {@link LimitKey} of the limit and the request's subject
 * @param cost units wanted; 0 peeks; more than the capacity is denied for ever
 * @param slice units wanted beyond the cost, to be spent later; as many are granted as the rules of leased accounting
 *     let, and a denial grants none
 * @param receipt whether what is taken may be given back or settled later
 * @param holder who holds a slot of {@code concurrency}: unique in the fleet
 */
public record Ask(Limit limit, String key, long cost, long slice, boolean receipt, long holder) {
    public Ask(Limit limit, String key, long cost) {
        this(limit, key, cost, 0, false, 0);
    }

    /** The same with a slice of so many units. */
    public Ask withSlice(long units) {
        return new Ask(limit, key, cost, units, true, holder);
    }
}
