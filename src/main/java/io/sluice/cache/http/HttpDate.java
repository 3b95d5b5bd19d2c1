package io.sluice.cache.http;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import java.util.OptionalLong;

/** HTTP dates in their three forms (RFC 9110 §5.6.7), in any case of letters (RFC 9111 §4.2) and else strictly: a date is right to the letter or it is none. */
public final class HttpDate {
    private static final List<String> DAYS = List.of("MON", "TUE", "WED", "THU", "FRI", "SAT", "SUN");
    private static final List<String> LONG_DAYS =
            List.of("MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY", "SATURDAY", "SUNDAY");
    private static final String MONTHS = "JANFEBMARAPRMAYJUNJULAUGSEPOCTNOVDEC";

    private static final DateTimeFormatter FIXDATE = DateTimeFormatter.ofPattern(
                    "EEE, dd MMM yyyy HH:mm:ss 'GMT'", Locale.US)
            .withZone(ZoneOffset.UTC);

    private HttpDate() {}

    /** In the form that is sent, {@code Sun, 06 Nov 1994 08:49:37 GMT}. */
    public static String format(long millis) {
        return FIXDATE.format(Instant.ofEpochMilli(millis));
    }

    /**
     * @param nowMillis decides the century of a two-digit year: never more than 50 years ahead
     * @return seconds since 1970 UTC; empty for what is not a date
     */
    public static OptionalLong parse(String text, long nowMillis) {
        try {
            String date = text.strip().toUpperCase(Locale.ROOT);
            int comma = date.indexOf(',');
            if (comma == 3 && date.length() == 29) {
                return fixdate(date);
            }
            return comma > 3 ? rfc850(date, comma, nowMillis) : asctime(date);
        } catch (DateTimeException | NumberFormatException | IndexOutOfBoundsException e) {
            return OptionalLong.empty();
        }
    }

    /** {@code Sun, 06 Nov 1994 08:49:37 GMT}. */
    private static OptionalLong fixdate(String s) {
        boolean sound = DAYS.contains(s.substring(0, 3))
                && s.charAt(4) == ' '
                && s.charAt(7) == ' '
                && s.charAt(11) == ' '
                && s.startsWith(" GMT", 25);
        return !sound || s.charAt(16) != ' '
                ? OptionalLong.empty()
                : instant(digits(s, 12, 16), month(s, 8), digits(s, 5, 7), s, 17);
    }

    /** {@code Sunday, 06-Nov-94 08:49:37 GMT}. */
    private static OptionalLong rfc850(String s, int comma, long nowMillis) {
        int at = comma + 2;
        boolean sound = LONG_DAYS.contains(s.substring(0, comma))
                && s.length() == at + 22
                && s.charAt(comma + 1) == ' '
                && s.charAt(at + 2) == '-'
                && s.charAt(at + 6) == '-'
                && s.charAt(at + 9) == ' '
                && s.endsWith(" GMT");
        if (!sound) {
            return OptionalLong.empty();
        }
        int thisYear =
                LocalDateTime.ofEpochSecond(nowMillis / 1000, 0, ZoneOffset.UTC).getYear();
        int year = thisYear / 100 * 100 + digits(s, at + 7, at + 9);
        return instant(year > thisYear + 50 ? year - 100 : year, month(s, at + 3), digits(s, at, at + 2), s, at + 10);
    }

    /** {@code Sun Nov  6 08:49:37 1994}. */
    private static OptionalLong asctime(String s) {
        boolean sound = s.length() == 24
                && DAYS.contains(s.substring(0, 3))
                && s.charAt(3) == ' '
                && s.charAt(7) == ' '
                && s.charAt(10) == ' '
                && s.charAt(19) == ' ';
        int day = s.charAt(8) == ' ' ? digits(s, 9, 10) : digits(s, 8, 10);
        return sound ? instant(digits(s, 20, 24), month(s, 4), day, s, 11) : OptionalLong.empty();
    }

    private static OptionalLong instant(int year, int month, int day, String s, int time) {
        if (s.charAt(time + 2) != ':' || s.charAt(time + 5) != ':') {
            return OptionalLong.empty();
        }
        int second = digits(s, time + 6, time + 8); // 60 is a leap second, which the count since 1970 does not have
        LocalDateTime at = LocalDateTime.of(
                year, month, day, digits(s, time, time + 2), digits(s, time + 3, time + 5), second == 60 ? 59 : second);
        return OptionalLong.of(at.toEpochSecond(ZoneOffset.UTC));
    }

    private static int month(String s, int at) {
        int found = MONTHS.indexOf(s.substring(at, at + 3));
        if (found < 0 || found % 3 != 0) {
            throw new NumberFormatException("no month");
        }
        return found / 3 + 1;
    }

    private static int digits(String s, int from, int to) {
        int number = 0;
        for (int i = from; i < to; i++) {
            char c = s.charAt(i);
            if (c < '0' || c > '9') {
                throw new NumberFormatException("no digit");
            }
            number = number * 10 + c - '0';
        }
        return number;
    }
}
