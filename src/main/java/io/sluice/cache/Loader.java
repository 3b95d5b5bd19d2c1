package io.sluice.cache;

import io.smallrye.mutiny.Uni;
import org.jspecify.annotations.Nullable;

/**
 * Asks the origin for one key, for one caller. Outlives the caller that started it.
 *
 * <p>{@link #load} may be called again, one call after the other and on any thread: once for each flight that the caller
 * comes to lead, e.g. when the first load was refused by an invalidation and the callers load again.
 */
public interface Loader<X> {
    /**
     * A failure of the Uni itself counts as a programming error and is given to all callers of the load.
     *
     * @param stored stale and not void: it may do if the origin says that it is still right; null: there is none
     */
    Uni<Load<X>> load(@Nullable Entry stored);

    /** Called with an answer for one caller that nobody can take any more, e.g. the caller has left. On any thread. */
    void discard(X answer);

    /**
     * Whether what this brings can be expected to suit others. A loader that says no is not chosen to refresh, nor to
     * load while another one waits that says yes.
     */
    default boolean suitsOthers() {
        return true;
    }

    /**
     * Whether its own caller may do with less than what this brings: a part, or the word that nothing changed. Where nothing comes to
     * be stored that this could be made from, such a caller had better ask the origin as it was asked itself.
     */
    default boolean wantsLess() {
        return false;
    }
}
