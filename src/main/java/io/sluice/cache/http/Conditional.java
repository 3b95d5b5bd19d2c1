package io.sluice.cache.http;

import java.util.OptionalLong;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** RFC 9110 §13 for a response that is here. */
public final class Conditional {
    private static final Pattern WEAK = Pattern.compile("W/\"[^\"]*\"");

    private Conditional() {}

    /**
     * Whether a GET or HEAD is answered 304.
     *
     * @param ifNoneMatch the request's field, lines joined by a comma
     * @param ifModifiedSince looked at only without {@code ifNoneMatch}
     * @param etag the stored response's
     * @param lastModified the stored response's; its {@code Date} where it has none (RFC 9111 §4.3.2)
     */
    public static boolean notModified(
            @Nullable String ifNoneMatch,
            @Nullable String ifModifiedSince,
            @Nullable String etag,
            @Nullable String lastModified) {
        if (ifNoneMatch != null) {
            return ifNoneMatch.strip().equals("*") || etag != null && lists(ifNoneMatch, etag);
        }
        if (ifModifiedSince == null || lastModified == null) {
            return false;
        }
        OptionalLong since = seconds(ifModifiedSince);
        OptionalLong modified = seconds(lastModified);
        return since.isPresent() && modified.isPresent() && modified.getAsLong() <= since.getAsLong();
    }

    /**
     * Whether a request that changes something may (RFC 9110 §13.1.1, §13.1.2).
     *
     * @param ifMatch lines joined by a comma; strong comparison
     * @param ifNoneMatch lines joined by a comma; weak comparison
     * @param etag of what is there now, a strong one; null: nothing is
     */
    public static boolean mayChange(@Nullable String ifMatch, @Nullable String ifNoneMatch, @Nullable String etag) {
        boolean matches =
                ifMatch == null || etag != null && (ifMatch.strip().equals("*") || lists(withoutWeak(ifMatch), etag));
        boolean none =
                ifNoneMatch == null || etag == null || !(ifNoneMatch.strip().equals("*") || lists(ifNoneMatch, etag));
        return matches && none;
    }

    /** A weak tag is equal to none by strong comparison. */
    private static String withoutWeak(String list) {
        return WEAK.matcher(list).replaceAll("");
    }

    /**
     * Whether {@code If-Range} lets a part be sent: the client has other parts of this very representation, byte for byte
     * (RFC 9110 §13.1.5). A weak tag says less than that, and so does a date within the second of the last change.
     *
     * @param ifRange the request's field
     * @param etag the stored response's
     * @param lastModified the stored response's
     * @param date the stored response's: when the origin made it
     */
    public static boolean sameBytes(
            String ifRange, @Nullable String etag, @Nullable String lastModified, @Nullable String date) {
        String validator = ifRange.strip();
        if (validator.startsWith("\"")) {
            return validator.equals(etag);
        }
        return lastModified != null && date != null && validator.equals(lastModified) && isPast(lastModified, date);
    }

    /** Whether the second of the last change was over when the response was made (RFC 9110 §8.8.2.2). */
    private static boolean isPast(String lastModified, String date) {
        OptionalLong modified = seconds(lastModified);
        OptionalLong made = seconds(date);
        return modified.isPresent() && made.isPresent() && made.getAsLong() > modified.getAsLong();
    }

    private static OptionalLong seconds(String date) {
        return HttpDate.parse(date, System.currentTimeMillis()); // now: only for the century of a two-digit year
    }

    /** Whether a list of entity tags has this one, by weak comparison (RFC 9110 §8.8.3.2). A comma may be in a tag. */
    private static boolean lists(String list, String etag) {
        int offset = etag.startsWith("W/") ? 2 : 0;
        int length = etag.length() - offset;
        int at = 0;
        while (at < list.length()) {
            char c = list.charAt(at);
            if (c == '"') {
                int close = list.indexOf('"', at + 1);
                if (close < 0) {
                    return false;
                }
                if (close + 1 - at == length && list.regionMatches(at, etag, offset, length)) {
                    return true;
                }
                at = close + 1;
            } else if (c == 'W' && list.startsWith("W/\"", at)) {
                at += 2;
            } else if (c == ',' || c == ' ' || c == '\t') {
                at++;
            } else {
                return false;
            }
        }
        return false;
    }
}
