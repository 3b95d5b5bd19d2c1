package io.sluice.limit;

import io.smallrye.mutiny.Uni;
import java.util.List;

/** Where counters are kept. */
public interface LimitStore {
    /**
     * Decides all asks of one request at one instant of the store's clock, all or nothing: when a limit that is not
     * shadow denies, nothing is taken from any.
     *
     * @return one decision per ask, in order; never fails: a store that does not answer within its deadline gives
     *     {@link Decision.Unavailable} for each
     */
    Uni<List<Decision>> acquire(List<Ask> asks);

    /**
     * Corrects what was taken before, one after another. Never fails.
     *
     * @return whether the store said that it is done; if not, it may have been
     */
    Uni<Boolean> settle(List<Settlement> settlements);
}
