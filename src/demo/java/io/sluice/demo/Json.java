package io.sluice.demo;

import java.util.Map;
import java.util.stream.Collectors;

/** As much JSON as the sample API writes. */
final class Json {
    private Json() {}

    /** A string literal. */
    static String text(String value) {
        StringBuilder literal = new StringBuilder(value.length() + 2).append('"');
        value.chars().forEach(c -> {
            if (c == '"' || c == '\\') {
                literal.append('\\').append((char) c);
            } else if (c < 0x20) {
                literal.append("\\u00").append(Character.forDigit(c >> 4, 16)).append(Character.forDigit(c & 15, 16));
            } else {
                literal.append((char) c);
            }
        });
        return literal.append('"').toString();
    }

    /** An object whose members are all strings. */
    static String object(Map<String, String> members) {
        return members.entrySet().stream()
                .map(member -> text(member.getKey()) + ":" + text(member.getValue()))
                .collect(Collectors.joining(",", "{", "}"));
    }
}
