package io.sluice.origin.postgres;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads what columns an index would need from conditions as Postgres writes them in plans. A guess that is told as one. */
final class Conditions {
    private static final String NAME = "(\"(?:[^\"]|\"\")+\"|[a-z_][\\w$]*)";
    private static final String CAST = "\\)*(?:::[a-z\"_][\\w \".\\[\\]()]*?)?";

    private Conditions() {}

    /** Whether a parameter may switch it off, so that no index can serve it. */
    static boolean isOptional(String condition) {
        return condition.contains(" OR ") && condition.contains("IS NULL) OR") || condition.contains("OR ($");
    }

    /**
     * The columns in the order in which an index should have them: those that are to equal something, then one that is to lie in a range.
     *
     * @return none where no plain column is compared
     */
    static List<String> columns(String condition, String alias) {
        if (condition.contains(" OR ")) {
            return List.of();
        }
        Set<String> equal = new LinkedHashSet<>();
        Set<String> ranged = new LinkedHashSet<>();
        Matcher column =
                Pattern.compile("(?<![\\w.\"])" + name(alias) + "\\." + NAME).matcher(condition);
        Pattern behind = Pattern.compile(CAST + " (=|<|>|<=|>=|~~) ");
        Pattern before = Pattern.compile("= \\(*$");
        while (column.find()) {
            int start = column.start();
            if (start > 1
                    && condition.charAt(start - 1) == '('
                    && Character.isLetterOrDigit(condition.charAt(start - 2))) {
                continue;
            }
            Matcher operator = behind.matcher(condition).region(column.end(), condition.length());
            boolean compared = operator.lookingAt();
            if (compared && operator.group(1).equals("=")
                    || !compared
                            && before.matcher(condition.substring(0, start)).find()) {
                equal.add(column.group(1));
            } else if (compared) {
                ranged.add(column.group(1));
            }
        }
        ranged.removeAll(equal);
        List<String> columns = new ArrayList<>(equal);
        ranged.stream().limit(1).forEach(columns::add);
        return columns;
    }

    /** The keys of an order without the table's name; none where one of them is not a plain column of it. */
    static List<String> keys(List<String> order, String alias) {
        Pattern key = Pattern.compile("\\(?" + name(alias) + "\\." + NAME
                + "\\)?(?:::text)?( COLLATE [^ ]+)?( DESC)?( NULLS (?:FIRST|LAST))?");
        List<String> keys = new ArrayList<>();
        for (String one : order) {
            Matcher matcher = key.matcher(one);
            if (!matcher.matches()) {
                return List.of();
            }
            StringBuilder text = new StringBuilder(matcher.group(1));
            for (int i = 2; i <= 4; i++) {
                text.append(matcher.group(i) == null ? "" : matcher.group(i));
            }
            keys.add(text.toString());
        }
        return keys;
    }

    /** As Postgres writes it: in quotes or bare. */
    private static String name(String alias) {
        return "(?:" + Pattern.quote(alias) + '|' + Pattern.quote('"' + alias.replace("\"", "\"\"") + '"') + ')';
    }
}
