package io.sluice.client;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** {@code X-Forwarded-For}, read from its end; only as far as hops are asked for. An empty item ends it. */
final class ForwardedFor implements Hops {
    private final List<String> lines;
    private int line;
    private int end;

    ForwardedFor(List<String> lines) {
        this.lines = lines;
        this.line = lines.size() - 1;
        this.end = lines.get(line).length();
    }

    @Override
    public @Nullable IpAddress next() {
        if (end < 0) {
            if (--line < 0) {
                return null;
            }
            end = lines.get(line).length();
        }
        String text = lines.get(line);
        int comma = text.lastIndexOf(',', end - 1);
        int from = comma + 1;
        int to = end;
        while (from < to && isSpace(text.charAt(from))) {
            from++;
        }
        while (to > from && isSpace(text.charAt(to - 1))) {
            to--;
        }
        end = comma;
        return Hops.node(text, from, to);
    }

    private static boolean isSpace(char c) {
        return c == ' ' || c == '\t';
    }
}
