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
 *
 * <p>What an origin voids itself ({@code Cache-Group-Invalidation}) is only its own: a group is a tag once more, together
 * with its origin.
 */
public final class OriginTags {
    /** Fields between the origin and its cache, which say nothing to a client; {@code Cache-Groups} is for every cache. */
    public static final List<String> BETWEEN_ORIGIN_AND_CACHE = List.of("surrogate-key", "cache-tag");

    /** RFC 9875 §2 asks for 32 groups of 32 characters at least. */
    static final int MOST = 128;

    static final int LONGEST = 256;

    private OriginTags() {}

    /**
     * The tags of the groups a response belongs to, each with its origin (§2.1).
     *
     * @param origin scheme and authority of what was asked for, in one spelling, {@code https://shop.example}
     */
    public static List<String> groups(Function<String, List<String>> headers, String origin) {
        return groups(headers.apply("cache-groups"), origin);
    }

    /** As {@link #groups}, those that a response to an unsafe request voids (§3). */
    public static List<String> voided(Function<String, List<String>> headers, String origin) {
        return groups(headers.apply("cache-group-invalidation"), origin);
    }

    /** How many there may be is the HTTP client's bound on a head; longer ones than are kept nobody carries. */
    private static List<String> groups(List<String> lines, String origin) {
        List<String> groups = lines.isEmpty() ? null : StructuredFields.strings(lines);
        return groups == null
                ? List.of()
                : groups.stream()
                        .filter(group -> group.length() <= LONGEST)
                        .distinct()
                        .map(group -> origin + ' ' + group)
                        .toList();
    }

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
