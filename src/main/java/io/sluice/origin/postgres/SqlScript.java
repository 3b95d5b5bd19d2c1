package io.sluice.origin.postgres;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * A file of statements, cut at the semicolons that Postgres' own scanner would end them at.
 *
 * @param name of the file
 */
public record SqlScript(String name, List<Step> steps) {
    /**
     * @param line where it begins, from 1
     * @param words that it begins with, in upper case, up to {@link #WORDS} of them
     */
    public record Step(String file, int line, String sql, List<String> words) {
        /** The first one; empty where it begins with something else. */
        public String word() {
            return word(0);
        }

        /** Empty where there is no such one. */
        String word(int index) {
            return index < words.size() ? words.get(index) : "";
        }

        @Override
        public String toString() {
            return file + ":" + line;
        }
    }

    /** As many tell what a statement does with its transaction. */
    private static final int WORDS = 4;

    /** What a string or a comment without an end swallows is Postgres' to refuse. */
    public static SqlScript of(String name, String text) {
        List<Step> steps = new ArrayList<>();
        SqlText scanner = new SqlText(text);
        int start = -1;
        List<String> words = new ArrayList<>();
        boolean more = false;
        String before = "";
        int depth = 0;
        try {
            while (scanner.at < text.length()) {
                char c = text.charAt(scanner.at);
                int from = scanner.at;
                if (c == ';' && depth == 0) {
                    if (start >= 0) {
                        steps.add(step(name, text, start, from, words));
                    }
                    start = -1;
                    scanner.at++;
                } else if (c == '\\' && start < 0) {
                    int line = text.indexOf('\n', from);
                    scanner.at = line < 0 ? text.length() : line;
                    steps.add(step(name, text, from, scanner.at, List.of()));
                } else if (c == ';' || c == '$' && SqlText.digit(scanner.peek(1))) {
                    scanner.at++;
                } else if (SqlText.space(c)
                        || c == '-' && scanner.peek(1) == '-'
                        || c == '/' && scanner.peek(1) == '*') {
                    scanner.next();
                } else {
                    scanner.token(c);
                    String word = SqlText.nameStart(c)
                            ? text.substring(from, scanner.at).toUpperCase(Locale.ROOT)
                            : "";
                    if (start < 0) {
                        start = from;
                        words = new ArrayList<>();
                        more = true;
                    }
                    more &= !word.isEmpty() && words.size() < WORDS;
                    if (more) {
                        words.add(word);
                    }
                    String first = words.isEmpty() ? "" : words.get(0);
                    // The body of a function in SQL has semicolons of its own.
                    if (first.equals("CREATE") && (word.equals("ATOMIC") && before.equals("BEGIN"))
                            || depth > 0 && word.equals("CASE")) {
                        depth++;
                    } else if (depth > 0 && word.equals("END")) {
                        depth--;
                    }
                    before = word;
                }
            }
        } catch (SqlText.Refusal unended) {
            start = start < 0 ? unended.offset : start;
        }
        if (start >= 0) {
            steps.add(step(name, text, start, text.length(), words));
        }
        return new SqlScript(name, List.copyOf(steps));
    }

    private static Step step(String name, String text, int start, int end, List<String> words) {
        int line = 1
                + (int) text.substring(0, start).chars().filter(c -> c == '\n').count();
        return new Step(name, line, text.substring(start, end).strip(), List.copyOf(words));
    }
}
