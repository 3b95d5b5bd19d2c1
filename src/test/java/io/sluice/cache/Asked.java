package io.sluice.cache;

import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.subscription.Cancellable;
import org.jspecify.annotations.Nullable;

/** A lookup under way, and what it came to. */
public final class Asked {
    private final Cancellable subscription;
    public volatile @Nullable Lookup<String, String> answer;
    public volatile @Nullable Throwable error;

    public Asked(Uni<Lookup<String, String>> lookup) {
        subscription = lookup.subscribe().with(item -> answer = item, failure -> error = failure);
    }

    public void leave() {
        subscription.cancel();
    }

    /** The body of what was answered, also where it is still arriving; null when it was no entry, or nothing yet. */
    public @Nullable String body() {
        Lookup<String, String> got = answer;
        if (got instanceof Lookup.Hit<String, String> hit) {
            return hit.near().prepared();
        }
        if (got instanceof Lookup.Stale<String, String> stale) {
            return stale.near().prepared();
        }
        if (got instanceof Lookup.Arriving<String, String> arriving) {
            return arriving.answer();
        }
        return got instanceof Lookup.Loaded<String, String> loaded
                ? loaded.near().prepared()
                : null;
    }
}
