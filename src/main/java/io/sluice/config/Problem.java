package io.sluice.config;

import org.jspecify.annotations.Nullable;

/**
 * One mistake in a configuration.
 *
 * @param found what is there and why it will not do
 * @param meant a near name that would be accepted, or null
 * @param accepted what would be accepted, or null where {@code found} says it
 */
public record Problem(
        Place place,
        String found,
        @Nullable String meant,
        @Nullable String accepted) {
    public Problem(Place place, String found) {
        this(place, found, null, null);
    }

    /** {@code sluice.yaml:14:7: unknown key 'quta' in limit 'burst'; did you mean 'quota'? accepted: algorithm, …} */
    @Override
    public String toString() {
        StringBuilder out = new StringBuilder().append(place).append(": ").append(found);
        if (meant != null) {
            out.append("; did you mean '").append(meant).append("'?");
        }
        if (accepted != null) {
            out.append(meant == null ? "; accepted: " : " accepted: ").append(accepted);
        }
        return out.toString();
    }
}
