package io.sluice.cache.http;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Validation of a stored response (RFC 9111 §4.3). */
public final class Validation {
    /** Of the body that is stored, whatever the 304 says of the one that it did not send (RFC 9111 §3.2). */
    private static final Set<String> OF_THE_BODY =
            Set.of("content-length", "content-encoding", "content-range", "transfer-encoding");

    private Validation() {}

    /**
     * Whether a 304 is about the stored response (RFC 9111 §4.3.4): with a strong validator it must be the stored one's, with a weak
     * one they must correspond, and without any it is about what was asked for.
     *
     * @param told the 304's entity tag
     * @param stored the stored response's
     */
    public static boolean concerns(@Nullable String told, @Nullable String stored) {
        if (told == null) {
            return true;
        }
        return stored != null && (told.startsWith("W/") ? opaque(told).equals(opaque(stored)) : told.equals(stored));
    }

    private static String opaque(String etag) {
        return etag.startsWith("W/") ? etag.substring(2) : etag;
    }

    /**
     * The stored headers with those of a 304 in their place (RFC 9111 §3.2, §4.3.4). A 304 without a {@code Date} was made when it was
     * received (RFC 9110 §6.6.1): that of the stored response would make it as old as that is.
     *
     * @param date of the receipt, as a header has it
     * @param stored names and values in turn
     * @param names of the 304's headers
     * @param told its field lines by name
     * @return names and values in turn
     */
    public static List<String> updated(
            List<String> stored, Set<String> names, Function<String, List<String>> told, String date) {
        Set<String> replaced = new HashSet<>();
        for (String name : names) {
            String lower = name.toLowerCase(Locale.ROOT);
            if (!OF_THE_BODY.contains(lower)) {
                replaced.add(lower);
            }
        }
        replaced.add("date");
        List<String> headers = new ArrayList<>(stored.size());
        for (int i = 0; i < stored.size(); i += 2) {
            if (!replaced.contains(stored.get(i).toLowerCase(Locale.ROOT))) {
                headers.add(stored.get(i));
                headers.add(stored.get(i + 1));
            }
        }
        for (String name : names) {
            if (replaced.remove(name.toLowerCase(Locale.ROOT))) {
                for (String value : told.apply(name)) {
                    headers.add(name);
                    headers.add(value);
                }
            }
        }
        if (told.apply("date").isEmpty()) {
            headers.add("Date");
            headers.add(date);
        }
        return headers;
    }
}
