package io.sluice.client;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * {@code Forwarded} (RFC 7239). A line is read whole before any of it is believed: a client's open quote at its start
 * would otherwise swallow what a trusted proxy appended. Unquoted colons and brackets are taken, since many proxies
 * write them.
 */
final class Forwarded implements Hops {
    private final List<String> lines;
    private int line;
    private List<@Nullable IpAddress> hops = List.of();
    private int left;

    Forwarded(List<String> lines) {
        this.lines = lines;
        this.line = lines.size();
    }

    @Override
    public @Nullable IpAddress next() {
        if (left == 0) {
            if (--line < 0) {
                return null;
            }
            hops = new Line(lines.get(line)).read();
            left = hops.size();
            if (left == 0) {
                return null;
            }
        }
        return hops.get(--left);
    }

    /** One field line: {@code element *( "," element )}, an element being {@code name=value *( ";" name=value )}. */
    private static final class Line {
        private final String text;
        private int at;

        Line(String text) {
            this.text = text;
        }

        /** One entry per element, null where it names no address; empty when the line is malformed. */
        List<@Nullable IpAddress> read() {
            List<@Nullable IpAddress> found = new ArrayList<>(4);
            IpAddress current = null;
            boolean named = false;
            while (true) {
                skipSpace();
                int nameFrom = at;
                while (at < text.length() && isToken(text.charAt(at))) {
                    at++;
                }
                int nameTo = at;
                if (nameTo == nameFrom || at == text.length() || text.charAt(at++) != '=') {
                    return List.of();
                }
                String value = value();
                if (value == null) {
                    return List.of();
                }
                if (nameTo - nameFrom == 3 && text.regionMatches(true, nameFrom, "for", 0, 3)) {
                    if (named) {
                        return List.of();
                    }
                    named = true;
                    current = Hops.node(value, 0, value.length());
                }
                skipSpace();
                if (at == text.length()) {
                    found.add(current);
                    return found;
                }
                char separator = text.charAt(at++);
                if (separator == ',') {
                    found.add(current);
                    current = null;
                    named = false;
                } else if (separator != ';') {
                    return List.of();
                }
            }
        }

        private @Nullable String value() {
            int from = at;
            if (at < text.length() && text.charAt(at) == '"') {
                StringBuilder value = new StringBuilder();
                for (at++; at < text.length(); at++) {
                    char c = text.charAt(at);
                    if (c == '"') {
                        at++;
                        return value.toString();
                    }
                    if (c == '\\' && ++at == text.length()) {
                        return null;
                    }
                    value.append(text.charAt(at));
                }
                return null;
            }
            while (at < text.length() && (isToken(text.charAt(at)) || ":[]".indexOf(text.charAt(at)) >= 0)) {
                at++;
            }
            return at == from ? null : text.substring(from, at);
        }

        private void skipSpace() {
            while (at < text.length() && (text.charAt(at) == ' ' || text.charAt(at) == '\t')) {
                at++;
            }
        }

        private static boolean isToken(char c) {
            return (c >= 'a' && c <= 'z')
                    || (c >= 'A' && c <= 'Z')
                    || (c >= '0' && c <= '9')
                    || (c > 32 && c < 127 && "!#$%&'*+-.^_`|~".indexOf(c) >= 0);
        }
    }
}
