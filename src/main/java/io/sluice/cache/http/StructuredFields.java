package io.sluice.cache.http;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Structured fields (RFC 9651), all lines of a field as one. Parameters are read and not kept. A field with one mistake is
 * no field at all (§4.2): it is null here, and so is whatever the methods below cannot read.
 */
final class StructuredFields {
    /** A value of a type that nothing here asks for. */
    static final Object OTHER = new Object();

    private final String text;
    private int at;

    private StructuredFields(List<String> lines) {
        text = String.join(",", lines);
        skip(" ");
    }

    /**
     * A Dictionary (§3.2), the last of members with the same key.
     *
     * @return a Long for an Integer, a Boolean, a String for a String or a Token, {@link #OTHER} for any other type
     */
    static @Nullable Map<String, Object> dictionary(List<String> lines) {
        StructuredFields field = new StructuredFields(lines);
        Map<String, Object> members = new HashMap<>();
        while (!field.isEnd()) {
            String key = field.key();
            Object value = key == null ? null : field.value();
            if (key == null || value == null || !field.parameters() || !field.next()) {
                return null;
            }
            members.put(key, value);
        }
        return members;
    }

    /** A List (§3.1) of Strings; null also when one member is something else. */
    static @Nullable List<String> strings(List<String> lines) {
        StructuredFields field = new StructuredFields(lines);
        List<String> strings = new ArrayList<>();
        while (!field.isEnd()) {
            String string = field.is('"') ? field.string() : null;
            if (string == null || !field.parameters() || !field.next()) {
                return null;
            }
            strings.add(string);
        }
        return strings;
    }

    /** Goes on to the next member, or to the end; false for anything else, and for a comma that nothing follows. */
    private boolean next() {
        skip(" \t");
        if (isEnd()) {
            return true;
        }
        if (!take(',')) {
            return false;
        }
        skip(" \t");
        return !isEnd();
    }

    /** What belongs to a key: true where nothing is said (§4.2.2). */
    private @Nullable Object value() {
        if (!take('=')) {
            return true;
        }
        return is('(') ? innerList() : bareItem();
    }

    private @Nullable Object innerList() {
        at++;
        while (true) {
            skip(" ");
            if (take(')')) {
                return OTHER;
            }
            if (bareItem() == null || !parameters() || !is(' ') && !is(')')) {
                return null;
            }
        }
    }

    private boolean parameters() {
        while (take(';')) {
            skip(" ");
            if (key() == null || take('=') && bareItem() == null) {
                return false;
            }
        }
        return true;
    }

    private @Nullable String key() {
        int start = at;
        if (!is('*') && !isLower()) {
            return null;
        }
        while (isLower() || isDigit() || isOneOf("_-.*")) {
            at++;
        }
        return text.substring(start, at);
    }

    private @Nullable Object bareItem() {
        if (is('-') || isDigit()) {
            return number();
        }
        if (is('"')) {
            return string();
        }
        if (is('*') || isLetter()) {
            return token();
        }
        if (take('?')) {
            return take('1') ? Boolean.TRUE : take('0') ? Boolean.FALSE : null;
        }
        if (take('@')) {
            return number() instanceof Long ? OTHER : null; // a Date
        }
        if (take(':')) {
            return bytes();
        }
        return take('%') && is('"') ? displayString() : null;
    }

    /** An Integer of at most 15 digits, or a Decimal of at most 12 and 3. */
    private @Nullable Object number() {
        boolean negative = take('-');
        int start = at;
        long number = 0;
        for (; isDigit() && at - start <= 15; at++) {
            number = number * 10 + text.charAt(at) - '0';
        }
        int digits = at - start;
        if (digits == 0 || digits > 15) {
            return null;
        }
        if (!take('.')) {
            return negative ? -number : number;
        }
        int point = at;
        while (isDigit()) {
            at++;
        }
        return digits <= 12 && at > point && at - point <= 3 ? OTHER : null;
    }

    private @Nullable String string() {
        StringBuilder string = new StringBuilder();
        at++;
        for (; !isEnd(); at++) {
            char c = text.charAt(at);
            if (c == '"') {
                at++;
                return string.toString();
            }
            if (c == '\\') {
                at++;
                if (!isOneOf("\"\\")) {
                    return null;
                }
                c = text.charAt(at);
            } else if (c < ' ' || c > '~') {
                return null;
            }
            string.append(c);
        }
        return null;
    }

    private String token() {
        int start = at;
        while (isLetter() || isDigit() || isOneOf("!#$%&'*+-.^_`|~:/")) {
            at++;
        }
        return text.substring(start, at);
    }

    private @Nullable Object bytes() {
        while (isLetter() || isDigit() || isOneOf("+/=")) {
            at++;
        }
        return take(':') ? OTHER : null;
    }

    /** Text in UTF-8, of which some bytes are two digits after a percent sign (§4.2.10). */
    private @Nullable Object displayString() {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        at++;
        while (!isEnd()) {
            char c = text.charAt(at++);
            if (c == '"') {
                try {
                    StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes.toByteArray()));
                    return OTHER;
                } catch (CharacterCodingException invalid) {
                    return null;
                }
            }
            if (c < ' ' || c > '~') {
                return null;
            }
            if (c == '%') {
                int high = hex();
                int low = hex();
                if (high < 0 || low < 0) {
                    return null;
                }
                bytes.write(high << 4 | low);
            } else {
                bytes.write(c);
            }
        }
        return null;
    }

    private int hex() {
        return isEnd() ? -1 : "0123456789abcdef".indexOf(text.charAt(at++));
    }

    private boolean isEnd() {
        return at == text.length();
    }

    private boolean is(char c) {
        return !isEnd() && text.charAt(at) == c;
    }

    private boolean isOneOf(String characters) {
        return !isEnd() && characters.indexOf(text.charAt(at)) >= 0;
    }

    private boolean isLower() {
        return !isEnd() && text.charAt(at) >= 'a' && text.charAt(at) <= 'z';
    }

    private boolean isLetter() {
        return isLower() || !isEnd() && text.charAt(at) >= 'A' && text.charAt(at) <= 'Z';
    }

    private boolean isDigit() {
        return !isEnd() && text.charAt(at) >= '0' && text.charAt(at) <= '9';
    }

    private boolean take(char c) {
        boolean there = is(c);
        if (there) {
            at++;
        }
        return there;
    }

    private void skip(String characters) {
        while (isOneOf(characters)) {
            at++;
        }
    }
}
