package io.sluice.origin.http;

import io.netty.util.AsciiString;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/** A fixed set of header names, asked without regard to case and without allocating. */
final class HeaderNames {
    /** RFC 9110 section 7.6.1, and those that were never more than hop-by-hop in practice. */
    static final List<String> HOP_BY_HOP = List.of(
            "Connection",
            "Keep-Alive",
            "Proxy-Connection",
            "Proxy-Authenticate",
            "Proxy-Authorization",
            "Proxy-Authentication-Info",
            "TE",
            "Transfer-Encoding",
            "Upgrade",
            "HTTP2-Settings");

    private final AsciiString[][] slots;

    HeaderNames(Collection<String> names) {
        int size = Integer.highestOneBit(Math.max(8, names.size() * 4)) * 2;
        slots = new AsciiString[size][];
        for (String name : names) {
            int slot = AsciiString.hashCode(name) & size - 1;
            AsciiString[] before = slots[slot] == null ? new AsciiString[0] : slots[slot];
            AsciiString[] after = java.util.Arrays.copyOf(before, before.length + 1);
            after[before.length] = AsciiString.of(name);
            slots[slot] = after;
        }
    }

    boolean contains(CharSequence name) {
        AsciiString[] slot = slots[AsciiString.hashCode(name) & slots.length - 1];
        if (slot != null) {
            for (AsciiString one : slot) {
                if (one.contentEqualsIgnoreCase(name)) {
                    return true;
                }
            }
        }
        return false;
    }

    /** The tokens of a comma-separated list, over all its lines. */
    static List<String> tokens(List<String> lines) {
        List<String> tokens = new ArrayList<>();
        for (String line : lines) {
            int from = 0;
            while (from <= line.length()) {
                int comma = line.indexOf(',', from);
                int to = comma < 0 ? line.length() : comma;
                String token = line.substring(from, to).trim();
                if (!token.isEmpty()) {
                    tokens.add(token);
                }
                from = to + 1;
            }
        }
        return tokens;
    }

    /** Whether a comma-separated list holds a token; parameters after a semicolon are looked past. */
    static boolean holds(List<String> lines, String wanted) {
        for (String token : tokens(lines)) {
            int end = token.indexOf(';');
            if (wanted.equalsIgnoreCase(
                    end < 0 ? token : token.substring(0, end).trim())) {
                return true;
            }
        }
        return false;
    }
}
