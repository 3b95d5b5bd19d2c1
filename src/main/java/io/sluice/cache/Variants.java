package io.sluice.cache;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** The keys of a key's stored variants (RFC 9111 §4.1). */
final class Variants {
    /** Header values that are longer together, in characters, are told apart by their digest: keys stay small. */
    private static final int LONGEST = 256;

    private Variants() {}

    /** @param names in lower case and sorted; empty for a key without variants */
    static Place select(CacheKey key, List<String> names, Selecting request) {
        if (names.isEmpty()) {
            return Place.of(key);
        }
        // No path or query holds control bytes, and lengths go before values, so that no two selections join alike.
        StringBuilder text = new StringBuilder(32 * names.size());
        for (String name : names) {
            String value = request.header(name);
            text.append(name).append('=');
            if (value != null) {
                text.append(value.length()).append(':').append(value);
            }
            text.append('\u0001');
        }
        // Nor does a digest: it holds no mark of an end.
        String selection = text.length() <= LONGEST
                ? text.toString()
                : Digest.of(text.toString()).toString();
        return new Place(key, new CacheKey(key.route(), key.text() + '\u0001' + selection));
    }

    static List<String> sorted(@Nullable List<String> vary) {
        return vary == null || vary.isEmpty()
                ? List.of()
                : vary.stream().distinct().sorted().toList();
    }
}
