package io.sluice.origin.postgres;

import java.util.List;
import java.util.Locale;

/**
 * Turns SQL with {@code :name} parameters into SQL with {@code $1}, as Postgres numbers them. What Postgres' own scanner
 * takes for a string, a quoted name or a comment stays as it is, and so do {@code ::} casts, {@code :=} and array slices
 * between numbers; in a slice between names, put a space after the colon.
 */
public final class SqlText {
    /** The name of the request's body, and of its members as in {@code :body.name}. */
    public static final String BODY = "body";

    private final String sql;
    private final SqlTemplate.Builder template;
    int at;
    /** Just past the last character that belongs to the statement. */
    private int end;

    private boolean over;

    SqlText(String sql) {
        this.sql = sql;
        this.template = new SqlTemplate.Builder(sql);
    }

    /** What parsing came to. */
    public sealed interface Parsed {
        /**
         * @param text the SQL with numbered parameters, without a semicolon at its end
         * @param names the parameters' names; the first is {@code $1}
         */
        record Ok(String text, List<String> names) implements Parsed {}

        /**
         * @param message what is wrong
         * @param offset where, in characters from the start of the SQL
         */
        record Bad(String message, int offset) implements Parsed {}
    }

    /** Thrown inside only. */
    static final class Refusal extends Exception {
        private static final long serialVersionUID = 1;
        final int offset;

        Refusal(String message, int offset) {
            super(message, null, false, false);
            this.offset = offset;
        }
    }

    public static Parsed parse(String sql) {
        try {
            SqlTemplate template = template(sql);
            return new Parsed.Ok(template.numbered(), template.names());
        } catch (Refusal refusal) {
            return new Parsed.Bad(String.valueOf(refusal.getMessage()), refusal.offset);
        }
    }

    /** Of SQL that {@link #parse} took. */
    static SqlTemplate cut(String sql) {
        try {
            return template(sql);
        } catch (Refusal refusal) {
            throw new IllegalArgumentException(refusal);
        }
    }

    static SqlTemplate template(String sql) throws Refusal {
        SqlText text = new SqlText(sql);
        while (text.at < sql.length()) {
            text.next();
        }
        if (text.end == 0) {
            throw new Refusal("there is no statement", 0);
        }
        return text.template.end(text.end);
    }

    char peek(int ahead) {
        return at + ahead < sql.length() ? sql.charAt(at + ahead) : '\0';
    }

    void next() throws Refusal {
        char c = sql.charAt(at);
        if (space(c)) {
            at++;
            return;
        }
        if (c == '-' && peek(1) == '-') {
            while (at < sql.length() && sql.charAt(at) != '\n' && sql.charAt(at) != '\r') {
                at++;
            }
            return;
        }
        if (c == '/' && peek(1) == '*') {
            comment();
            return;
        }
        if (c == ';') {
            over = true;
            at++;
            return;
        }
        if (over) {
            throw new Refusal("only one statement is accepted", at);
        }
        token(c);
        end = at;
    }

    void token(char c) throws Refusal {
        if (c == '\'') {
            string(false);
        } else if (c == '"') {
            quoted('"', "a quoted name does not end");
        } else if (c == '$') {
            dollar();
        } else if (c == ':') {
            colon();
        } else if (nameStart(c)) {
            word();
        } else if (digit(c)) {
            while (digit(peek(0)) || namePart(peek(0)) || peek(0) == '.') {
                at++;
            }
        } else if (c == '\0') {
            throw new Refusal("a NUL character is not accepted", at);
        } else {
            at++;
        }
    }

    private void word() throws Refusal {
        int start = at;
        while (namePart(peek(0))) {
            at++;
        }
        if (peek(0) == '\'' && sql.substring(start, at).toLowerCase(Locale.ROOT).equals("e")) {
            string(true);
        }
    }

    private void colon() {
        if (peek(1) == ':' || peek(1) == '=') {
            at += 2;
            return;
        }
        int start = at++;
        if (!asciiStart(peek(0))) {
            return;
        }
        name();
        // What a request's body holds is named with its members; no other parameter has any.
        if (sql.substring(start + 1, at).equals(BODY)) {
            while (peek(0) == '.' && asciiStart(peek(1))) {
                at++;
                name();
            }
        }
        template.parameter(start, at);
    }

    private void name() {
        while (asciiStart(peek(0)) || digit(peek(0))) {
            at++;
        }
    }

    private void comment() throws Refusal {
        int start = at;
        int depth = 0;
        do {
            if (at >= sql.length()) {
                throw new Refusal("a comment does not end", start);
            }
            if (peek(0) == '/' && peek(1) == '*') {
                depth++;
                at += 2;
            } else if (peek(0) == '*' && peek(1) == '/') {
                depth--;
                at += 2;
            } else {
                at++;
            }
        } while (depth > 0);
    }

    private void quoted(char quote, String unended) throws Refusal {
        int start = at++;
        while (true) {
            if (at >= sql.length()) {
                throw new Refusal(unended, start);
            }
            if (sql.charAt(at) == quote) {
                if (peek(1) != quote) {
                    at++;
                    return;
                }
                at++;
            }
            at++;
        }
    }

    private void string(boolean escapes) throws Refusal {
        if (!escapes) {
            quoted('\'', "a string does not end");
            return;
        }
        boolean more = true;
        while (more) {
            int start = at++;
            while (peek(0) != '\'' || peek(1) == '\'') {
                if (at >= sql.length()) {
                    throw new Refusal("a string does not end", start);
                }
                at += peek(0) == '\\' || peek(0) == '\'' ? 2 : 1;
            }
            at++;
            more = continued();
        }
    }

    /** A string goes on after white space with a line's end in it, comments to the ends of lines included, with the same escapes. */
    private boolean continued() {
        int ahead = at;
        boolean line = false;
        boolean comment = false;
        while (ahead < sql.length() && (comment || space(sql.charAt(ahead)) || sql.startsWith("--", ahead))) {
            boolean ends = sql.charAt(ahead) == '\n' || sql.charAt(ahead) == '\r';
            line |= ends;
            comment = !ends && (comment || sql.charAt(ahead) == '-');
            ahead++;
        }
        if (line && ahead < sql.length() && sql.charAt(ahead) == '\'') {
            at = ahead;
            return true;
        }
        return false;
    }

    private void dollar() throws Refusal {
        if (digit(peek(1))) {
            throw new Refusal("parameters are written :name, not $1", at);
        }
        int tag = at + 1;
        while (tag < sql.length() && sql.charAt(tag) != '$' && namePart(sql.charAt(tag))) {
            tag++;
        }
        if (tag >= sql.length() || sql.charAt(tag) != '$') {
            at++;
            return;
        }
        String mark = sql.substring(at, tag + 1);
        int close = sql.indexOf(mark, tag + 1);
        if (close < 0) {
            throw new Refusal("a string that starts with " + mark + " does not end", at);
        }
        at = close + mark.length();
    }

    /** As Postgres' scanner has it: ASCII only. */
    static boolean space(char c) {
        return c == ' ' || c >= '\t' && c <= '\r';
    }

    static boolean digit(char c) {
        return c >= '0' && c <= '9';
    }

    private static boolean asciiStart(char c) {
        return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '_';
    }

    static boolean nameStart(char c) {
        return asciiStart(c) || c >= 0x80;
    }

    private static boolean namePart(char c) {
        return nameStart(c) || digit(c) || c == '$';
    }
}
