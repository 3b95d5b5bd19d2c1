package io.sluice.cache.http;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Request fields that select a variant, so spelled that those which mean the same are the same (RFC 9111 §4.1). Only fields are touched
 * whose definition says what means the same (RFC 9110 §12.5), and the space in lists.
 */
public final class SelectingFields {
    /** Their names and values are case-insensitive (RFC 9110 §12.5.2 to §12.5.4). */
    private static final Set<String> CASELESS = Set.of("accept-charset", "accept-encoding", "accept-language");

    /** Of no list syntax. */
    private static final Set<String> OPAQUE = Set.of("authorization", "cookie", "user-agent");

    private static final int LONGEST = 512;

    private static final Cache<String, String> KNOWN =
            Caffeine.newBuilder().maximumSize(2_000).executor(Runnable::run).build();

    private static final Pattern WEIGHT = Pattern.compile("(0(\\.[0-9]{0,3})?|1(\\.0{0,3})?)");

    private static final BigDecimal MOST = BigDecimal.ONE;

    private record Member(String text, BigDecimal weight) {}

    private SelectingFields() {}

    /**
     * @param name in lower case
     * @param value of all its lines, joined by commas; null when absent
     */
    public static @Nullable String normal(String name, @Nullable String value) {
        boolean caseless = CASELESS.contains(name);
        if (value == null || value.indexOf('"') >= 0 || OPAQUE.contains(name)) {
            return value;
        }
        if (value.length() > LONGEST) {
            return made(caseless, name, value);
        }
        // Browsers send a few values, over and over, and a hit that varies asks each time.
        return KNOWN.get(name + ':' + value, key -> made(caseless, name, value));
    }

    private static String made(boolean caseless, String name, String value) {
        if (!caseless && !name.equals("accept")) {
            return value.indexOf(',') < 0 ? value : list(value);
        }
        List<Member> members = new ArrayList<>();
        for (String part : value.split(",")) {
            Member member = member(caseless ? part.toLowerCase(Locale.ROOT) : part);
            if (member == null) {
                return value;
            }
            if (!member.text.isEmpty()) {
                members.add(member);
            }
        }
        // By weight, and among equals by name: their order says nothing that could be relied upon (RFC 9110 §12.5.4).
        members.sort(Comparator.comparing(Member::weight).reversed().thenComparing(Member::text));
        StringBuilder text = new StringBuilder(value.length());
        for (Member member : members) {
            text.append(text.isEmpty() ? "" : ",").append(member.text);
            if (!member.weight.equals(MOST)) {
                text.append(";q=").append(member.weight.toPlainString());
            }
        }
        return text.toString();
    }

    /** Space around the commas of a list means nothing, and any recipient may add some (RFC 9110 §5.6.1, §5.3). */
    private static String list(String value) {
        List<String> members = new ArrayList<>();
        for (String member : value.split(",", -1)) {
            members.add(member.strip());
        }
        return String.join(",", members);
    }

    /** Null for a weight that is none. */
    private static @Nullable Member member(String part) {
        StringBuilder text = new StringBuilder(part.length());
        BigDecimal weight = MOST;
        for (String parameter : part.split(";")) {
            int equals = parameter.indexOf('=');
            String name = (equals < 0 ? parameter : parameter.substring(0, equals)).strip();
            String value = equals < 0 ? "" : parameter.substring(equals + 1).strip();
            if (equals >= 0 && name.equalsIgnoreCase("q")) {
                if (!WEIGHT.matcher(value).matches()) {
                    return null;
                }
                weight = new BigDecimal(value.endsWith(".") ? value + '0' : value).stripTrailingZeros();
            } else {
                text.append(text.isEmpty() ? "" : ";")
                        .append(name)
                        .append(equals < 0 ? "" : "=")
                        .append(value);
            }
        }
        return new Member(text.toString(), weight);
    }
}
