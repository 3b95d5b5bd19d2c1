package io.sluice.origin.postgres;

import java.util.ArrayList;
import java.util.List;

/** Turns SQL with {@code :name} parameters into SQL with {@code $1}, as Postgres numbers them. */
public final class SqlText {
    private SqlText() {}

    /** What parsing came to. */
    public sealed interface Parsed {
        /**
         * @param text the SQL with numbered parameters
         * @param names the parameters' names; the first is {@code $1}
         */
        record Ok(String text, List<String> names) implements Parsed {}

        /**
         * @param message what is wrong
         * @param offset where, in characters from the start of the SQL
         */
        record Bad(String message, int offset) implements Parsed {}
    }

    public static Parsed parse(String sql) {
        List<String> names = new ArrayList<>();
        StringBuilder out = new StringBuilder();
        for (int i = 0; i < sql.length(); i++) {
            char c = sql.charAt(i);
            if (c == '\'' || c == '"') {
                int close = sql.indexOf(c, i + 1);
                if (close < 0) {
                    return new Parsed.Bad("a quote that is never closed", i);
                }
                out.append(sql, i, close + 1);
                i = close;
            } else if (c == ':' && i + 1 < sql.length() && sql.charAt(i + 1) == ':') {
                out.append("::");
                i++;
            } else if (c == ':' && i + 1 < sql.length() && Character.isJavaIdentifierStart(sql.charAt(i + 1))) {
                int to = i + 1;
                while (to < sql.length() && Character.isJavaIdentifierPart(sql.charAt(to))) {
                    to++;
                }
                String name = sql.substring(i + 1, to);
                if (!names.contains(name)) {
                    names.add(name);
                }
                out.append('$').append(names.indexOf(name) + 1);
                i = to - 1;
            } else {
                out.append(c);
            }
        }
        return new Parsed.Ok(out.toString(), names);
    }
}
