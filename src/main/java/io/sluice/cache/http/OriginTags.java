package io.sluice.cache.http;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.StringTokenizer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Tags that an origin gives its own responses: {@code Surrogate-Key}, divided by spaces, {@code Cache-Tag}, divided by
 * commas, and {@code Cache-Groups} (RFC 9875), a list of strings.
 */
public final class OriginTags {
    /** Fields between the origin and its cache, which say nothing to a client; {@code Cache-Groups} is for every cache. */
    public static final List<String> BETWEEN_ORIGIN_AND_CACHE = List.of("surrogate-key", "cache-tag");

    /** RFC 9875 §2 asks for 32 groups of 32 characters at least. */
    static final int MOST = 128;

    static final int LONGEST = 256;

    private OriginTags() {}

    /**
     * Every tag once; null when there are more, or longer ones, than are kept: a response that its origin could no longer
     * void must not be stored.
     */
    static @Nullable List<String> of(Function<String, List<String>> headers) {
        Set<String> tags = new LinkedHashSet<>();
        if (!split(headers.apply("surrogate-key"), " \t", tags) || !split(headers.apply("cache-tag"), ",", tags)) {
            return null;
        }
        List<String> lines = headers.apply("cache-groups");
        List<String> groups = lines.isEmpty() ? null : StructuredFields.strings(lines);
        if (groups != null) {
            for (String group : groups) {
                if (!add(group, tags)) {
                    return null;
                }
            }
        }
        return List.copyOf(tags);
    }

    private static boolean split(List<String> lines, String delimiters, Set<String> tags) {
        for (String line : lines) {
            StringTokenizer tokens = new StringTokenizer(line, delimiters);
            while (tokens.hasMoreTokens()) {
                if (!add(tokens.nextToken().strip(), tags)) {
                    return false;
                }
            }
        }
        return true;
    }

    private static boolean add(String tag, Set<String> tags) {
        if (tag.isEmpty()) {
            return true;
        }
        tags.add(tag);
        return tag.length() <= LONGEST && tags.size() <= MOST;
    }
}
