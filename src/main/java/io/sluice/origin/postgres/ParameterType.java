package io.sluice.origin.postgres;

import java.time.DateTimeException;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * A parameter's type as Postgres told it. Words that mean another value at another time, such as {@code now} or {@code
 * today}, are not taken: an answer is cached under the value's text.
 *
 * @param shown as people write it, such as {@code bigint}
 * @param cast as SQL must write it, quoted and with its schema
 * @param base the type's own name, or for a domain that of the type beneath, such as {@code int8}
 */
record ParameterType(String shown, String cast, String base) {
    private static final Set<String> BOOLEANS = Set.of("true", "false", "t", "f", "1", "0", "yes", "no", "on", "off");

    private static final Set<String> NO_NUMBERS = Set.of("NaN", "Infinity", "-Infinity");
    private static final Set<String> ENDS = Set.of("infinity", "-infinity");
    /** Arrays and ranges of days and times, and times with zones: of these only Postgres can judge the rest. */
    private static final Pattern OF_TIMES =
            Pattern.compile("timetz|_(date|time|timetz|timestamp|timestamptz)|_?(date|ts|tstz)(multi)?range");

    private static final Pattern MOVING =
            Pattern.compile("(?<![\\p{L}])(now|today|tomorrow|yesterday)(?![\\p{L}])", Pattern.CASE_INSENSITIVE);
    /** Whether such a day exists is for Postgres to say. */
    private static final Pattern FAR = Pattern.compile(
            "[0-9]{4,7}-[0-9]{2}-[0-9]{2}( [0-9]{2}:[0-9]{2}:[0-9]{2}([.][0-9]{1,6})?([+-][0-9]{2}(:[0-9]{2}){0,2})?)?( BC)?");

    /** Whether the value is one of the type; always true for a type that only Postgres can judge. */
    boolean accepts(String value) {
        return switch (base) {
            case "int2" -> integer(value, Short.MIN_VALUE, Short.MAX_VALUE);
            case "int4" -> integer(value, Integer.MIN_VALUE, Integer.MAX_VALUE);
            case "int8" -> integer(value, Long.MIN_VALUE, Long.MAX_VALUE);
            case "numeric", "float4", "float8" -> decimal(value);
            case "bool" -> value.length() <= 5 && BOOLEANS.contains(value.toLowerCase(Locale.ROOT));
            case "uuid" -> uuid(value);
            case "date" -> time(value, LocalDate::parse);
            case "time" -> time(value, LocalTime::parse);
            case "timestamp" -> time(value, ParameterType::dateTime);
            case "timestamptz" -> time(value, ParameterType::instant);
            default ->
                !OF_TIMES.matcher(base).matches() || !MOVING.matcher(value).find();
        };
    }

    /**
     * Whether the value is one of the type, or spelled as only Postgres itself spells some (manual, §8.1 and §8.5): no number, no end of
     * time, midnight behind a day, years that ISO 8601 does not have. They are constants, and links to other pages hold them.
     */
    boolean acceptsSpelled(String value) {
        return accepts(value)
                || switch (base) {
                    case "numeric", "float4", "float8" -> NO_NUMBERS.contains(value);
                    case "date", "timestamp", "timestamptz" ->
                        ENDS.contains(value) || FAR.matcher(value).matches();
                    case "time" -> value.equals("24:00:00");
                    default -> false;
                };
    }

    /** Whether {@link #accepts} knows the type. */
    boolean checked() {
        return switch (base) {
            case "int2", "int4", "int8", "bool", "uuid", "text", "varchar", "bpchar" -> true;
            default -> false;
        };
    }

    boolean isJson() {
        return base.equals("json") || base.equals("jsonb");
    }

    /** As Postgres names the types of arrays. */
    boolean isArray() {
        return base.startsWith("_");
    }

    String refusal(String value) {
        String shortened = value.length() > 64 ? value.substring(0, 64) + "…" : value;
        String article = "aeiou".indexOf(shown.charAt(0)) >= 0 ? "an " : "a ";
        return "expected " + article + shown + ", got '" + shortened + "'";
    }

    private static boolean integer(String value, long least, long most) {
        int digits = value.startsWith("-") ? value.length() - 1 : value.length();
        if (digits < 1 || digits > 19) {
            return false;
        }
        for (int i = value.length() - digits; i < value.length(); i++) {
            if (!digit(value, i)) {
                return false;
            }
        }
        try {
            long number = Long.parseLong(value);
            return number >= least && number <= most;
        } catch (NumberFormatException overflow) {
            return false;
        }
    }

    private static boolean digit(String value, int at) {
        return at < value.length() && value.charAt(at) >= '0' && value.charAt(at) <= '9';
    }

    private static int digits(String value, int from) {
        int at = from;
        while (digit(value, at)) {
            at++;
        }
        return at;
    }

    private static boolean decimal(String value) {
        int start = value.startsWith("-") ? 1 : 0;
        int at = digits(value, start);
        int count = at - start;
        if (at < value.length() && value.charAt(at) == '.') {
            int fraction = at + 1;
            at = digits(value, fraction);
            count += at - fraction;
        }
        if (count == 0) {
            return false;
        }
        if (at < value.length() && (value.charAt(at) == 'e' || value.charAt(at) == 'E')) {
            at++;
            if (at < value.length() && (value.charAt(at) == '-' || value.charAt(at) == '+')) {
                at++;
            }
            int exponent = at;
            at = digits(value, exponent);
            if (at == exponent || at - exponent > 4) {
                return false;
            }
        }
        return at == value.length();
    }

    private static boolean uuid(String value) {
        if (value.length() != 36) {
            return false;
        }
        for (int i = 0; i < 36; i++) {
            boolean dash = i == 8 || i == 13 || i == 18 || i == 23;
            if (dash ? value.charAt(i) != '-' : Character.digit(value.charAt(i), 16) < 0 || value.charAt(i) > 'f') {
                return false;
            }
        }
        return true;
    }

    private interface Reader {
        Object read(String value);
    }

    private static boolean time(String value, Reader reader) {
        try {
            reader.read(value);
            return true;
        } catch (DateTimeException notOne) {
            return false;
        }
    }

    private static String iso(String value) {
        return value.length() > 10 && value.charAt(10) == ' '
                ? value.substring(0, 10) + 'T' + value.substring(11)
                : value;
    }

    private static Object dateTime(String value) {
        return value.length() == 10 ? LocalDate.parse(value) : LocalDateTime.parse(iso(value));
    }

    private static Object instant(String value) {
        String text = iso(value);
        boolean offset =
                text.length() > 10 && (text.endsWith("Z") || text.indexOf('+', 10) > 0 || text.indexOf('-', 10) > 0);
        return offset ? OffsetDateTime.parse(text) : dateTime(value);
    }
}
