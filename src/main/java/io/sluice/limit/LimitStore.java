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
     * Whether these are decided at one instant. Where they are not, a denial may be due to what another request took for a
     * moment and gives back: it tells nothing of the next request.
     */
    default boolean together(List<Ask> asks) {
        return true;
    }

    /**
     * Corrects what was taken before, one after another. Never fails.
     *
     * @return those that the store did not say are done, in order; they may have been
     */
    Uni<List<Settlement>> settle(List<Settlement> settlements);
}
