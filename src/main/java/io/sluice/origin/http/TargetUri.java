package io.sluice.origin.http;

import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** What the origin is asked for: the URI as it came, without the stripped prefix, behind the origin's base path. */
final class TargetUri {
    private final String base;
    private final @Nullable String strip;

    TargetUri(@Nullable String basePath, @Nullable String strip) {
        this.base = trimmed(basePath == null ? "" : basePath);
        String prefix = strip == null ? "" : prefix(strip);
        this.strip = prefix.isEmpty() ? null : prefix;
    }

    /** As octets, one in each character, decoded, with single slashes and none at the end: what {@link #after} reads. */
    private static String prefix(String declared) {
        String octets = new String(declared.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
        StringBuilder decoded = new StringBuilder(octets.length());
        int segmentEnd = 0;
        for (int i = 0; i < octets.length(); i++) {
            char c = octets.charAt(i);
            if (c == '/') {
                if (i > 0 && octets.charAt(i - 1) == '/') {
                    continue;
                }
            } else if (octet(octets, i) >= 0) {
                c = (char) octet(octets, i);
                i += 2;
                segmentEnd = decoded.length() + 1;
            } else {
                segmentEnd = decoded.length() + 1;
            }
            decoded.append(c);
        }
        decoded.setLength(segmentEnd);
        return decoded.toString();
    }

    /** What a percent-encoding here stands for; negative where there is none. */
    private static int octet(String text, int at) {
        if (text.charAt(at) != '%' || at + 2 >= text.length()) {
            return -1;
        }
        int high = Character.digit(text.charAt(at + 1), 16);
        int low = Character.digit(text.charAt(at + 2), 16);
        return high < 0 || low < 0 ? -1 : high << 4 | low;
    }

    private static String trimmed(String path) {
        return path.endsWith("/") ? path.substring(0, path.length() - 1) : path;
    }

    /**
     * A URI that stays within a request line; null for one that does not, which could start a request of its own. Raw
     * octets from 0x80, which Vert.x reads as characters, are escaped: written as characters they would be others.
     */
    static @Nullable String writable(String uri) {
        int seen = 0;
        for (int i = 0; i < uri.length(); i++) {
            char c = uri.charAt(i);
            if (c <= ' ' || c == 0x7f) {
                return null;
            }
            seen |= c;
        }
        return seen < 0x80 ? uri : escaped(uri);
    }

    private static String escaped(String uri) {
        boolean octets = uri.chars().allMatch(c -> c <= 0xff);
        byte[] bytes = uri.getBytes(octets ? StandardCharsets.ISO_8859_1 : StandardCharsets.UTF_8);
        StringBuilder escaped = new StringBuilder(bytes.length * 3);
        for (byte octet : bytes) {
            if (octet >= 0) {
                escaped.append((char) octet);
            } else {
                escaped.append('%')
                        .append(Character.toUpperCase(Character.forDigit(octet >> 4 & 0xf, 16)))
                        .append(Character.toUpperCase(Character.forDigit(octet & 0xf, 16)));
            }
        }
        return escaped.toString();
    }

    /** @param uri path and query in origin form */
    String of(String uri) {
        int from = strip == null ? 0 : after(uri, strip);
        if (from == 0) {
            return base.isEmpty() ? uri : base + uri;
        }
        String rest = uri.substring(from);
        return rest.startsWith("/") ? base + rest : base + "/" + rest;
    }

    /**
     * Where the prefix ends in the URI; 0 if it does not start with it. Routes are matched on the normalised path, so the
     * prefix may be spelled with escapes and doubled slashes.
     */
    private static int after(String uri, String prefix) {
        int at = 0;
        for (int i = 0; i < prefix.length(); i++) {
            if (at >= uri.length()) {
                return 0;
            }
            char c = uri.charAt(at);
            int next = at + 1;
            int octet = octet(uri, at);
            boolean slash = c == '/';
            if (octet >= 0) {
                c = (char) octet;
                next = at + 3;
            }
            if (c != prefix.charAt(i)) {
                return 0;
            }
            at = next;
            while (slash && at < uri.length() && uri.charAt(at) == '/') {
                at++;
            }
        }
        return at == uri.length() || uri.charAt(at) == '/' || uri.charAt(at) == '?' ? at : 0;
    }
}
