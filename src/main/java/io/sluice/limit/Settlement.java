package io.sluice.limit;

/** A correction to what was taken earlier. */
public sealed interface Settlement {
    Limit limit();

    String key();

    /**
     * Gives back what was not used, as far as that creates no budget. At most once for each unit taken: a store that
     * does not answer may have done it.
     *
     * @param units not used, of those taken with the receipt
     */
    record GiveBack(Limit limit, String key, long units, Receipt receipt) implements Settlement {}

    /**
     * Takes more, unchecked, accounted now; may leave a debt that later requests wait out. Done twice it admits less,
     * never more.
     */
    record Charge(Limit limit, String key, long units) implements Settlement {}

    /** Holds a slot of {@code concurrency} for another life, also in a store that forgot it. */
    record Renew(Limit limit, String key, long holder) implements Settlement {}

    /** Frees a slot of {@code concurrency}. */
    record Release(Limit limit, String key, long holder) implements Settlement {}
}
