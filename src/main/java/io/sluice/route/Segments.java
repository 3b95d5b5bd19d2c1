package io.sluice.route;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The segments of a path in the form that patterns are matched on: percent-decoded, empty ones left out. A character up
 * to U+00FF is the byte that came on the wire, which is how Vert.x hands paths over.
 */
final class Segments {
    private static final String[] NONE = {};

    private Segments() {}

    /** Whether a path's segments are its text between slashes, so that nothing needs decoding. */
    static boolean isPlain(String path) {
        for (int i = 0; i < path.length(); i++) {
            char c = path.charAt(i);
            if (c == '%' || c == '\\' || c >= 0x80) {
                return false;
            }
        }
        return true;
    }

    /** The first {@code most} segments of a plain path. */
    static String[] plain(String path, int most) {
        int length = path.length();
        int count = 0;
        for (int i = 1; i < length && count < most; i++) {
            if (path.charAt(i) != '/' && path.charAt(i - 1) == '/') {
                count++;
            }
        }
        String[] found = new String[count];
        int from = 1;
        for (int at = 0; at < count; from++) {
            if (path.charAt(from) != '/') {
                int slash = path.indexOf('/', from);
                int to = slash < 0 ? length : slash;
                found[at++] = path.substring(from, to);
                from = to;
            }
        }
        return found;
    }

    /**
     * The first {@code most} segments of any path.
     *
     * @param loose whether an encoded slash and a backslash part segments too
     */
    static String[] decoded(String path, int most, boolean loose) {
        List<String> found = new ArrayList<>();
        int from = 1;
        for (int i = 1; i <= path.length() && found.size() < most; i++) {
            int width = i == path.length() ? 1 : separator(path, i, loose);
            if (width > 0) {
                if (i > from) {
                    found.add(decode(path.substring(from, i)));
                }
                i += width - 1;
                from = i + 1;
            }
        }
        return found.toArray(NONE);
    }

    private static int separator(String path, int at, boolean loose) {
        char c = path.charAt(at);
        if (c == '/' || (loose && c == '\\')) {
            return 1;
        }
        if (loose && c == '%') {
            int octet = RequestPath.octet(path, at);
            return octet == '/' || octet == '\\' ? 3 : 0;
        }
        return 0;
    }

    /** A segment decoded as UTF-8; where it is not that, as ISO 8859-1, so that it still has one form. */
    static String decode(String segment) {
        if (isPlain(segment)) {
            return segment;
        }
        byte[] bytes = bytes(segment);
        String utf8 = utf8(bytes);
        return utf8 != null ? utf8 : new String(bytes, StandardCharsets.ISO_8859_1);
    }

    /** Whether a decoded segment stands for bytes that are not UTF-8. */
    static boolean isUndecodable(String path, int index, boolean loose) {
        int seen = -1;
        int from = 1;
        for (int i = 1; i <= path.length(); i++) {
            int width = i == path.length() ? 1 : separator(path, i, loose);
            if (width > 0) {
                if (i > from && ++seen == index) {
                    return utf8(bytes(path.substring(from, i))) == null;
                }
                i += width - 1;
                from = i + 1;
            }
        }
        return false;
    }

    private static byte[] bytes(String segment) {
        StringBuilder octets = new StringBuilder(segment.length());
        for (int i = 0; i < segment.length(); i++) {
            char c = segment.charAt(i);
            int octet = c == '%' ? RequestPath.octet(segment, i) : -1;
            if (octet >= 0) {
                octets.append((char) octet);
                i += 2;
            } else if (c <= 0xff) {
                octets.append(c);
            } else {
                int point = segment.codePointAt(i);
                byte[] encoded = Character.toString(point).getBytes(StandardCharsets.UTF_8);
                octets.append(new String(encoded, StandardCharsets.ISO_8859_1));
                i += Character.charCount(point) - 1;
            }
        }
        return octets.toString().getBytes(StandardCharsets.ISO_8859_1);
    }

    private static @Nullable String utf8(byte[] bytes) {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
        } catch (CharacterCodingException e) {
            return null;
        }
    }
}
