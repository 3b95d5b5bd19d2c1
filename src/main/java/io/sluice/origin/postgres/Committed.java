package io.sluice.origin.postgres;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What is known of a commit.
 *
 * @param id the transaction's ({@code pg_current_xact_id()}), behind the process of its session and a point; null where nobody told, or where several commits are told as one
 * @param tags what it voids
 */
public record Committed(@Nullable String id, List<String> tags) {
    public Committed {
        tags = List.copyOf(tags);
    }
}
