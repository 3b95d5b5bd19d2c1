package io.sluice.config;

import io.sluice.limit.KeyPart;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads the key of a limit. */
final class KeyParts {
    private static final List<String> WORDS = List.of("client", "route", "method", "address");
    private static final List<String> SOURCES = List.of("header", "query", "cookie", "path", "jwt", "entry");

    private KeyParts() {}

    static List<KeyPart> read(Reading reading, Fields fields) {
        List<KeyPart> parts = new ArrayList<>();
        for (Text text : fields.texts("key")) {
            KeyPart part = part(text.value());
            if (part == null) {
                report(reading, fields, "key", text);
            } else if (parts.contains(part)) {
                fields.problem(text.place(), "'" + text.value() + "' is there twice in " + fields.what("key"), null);
            } else {
                parts.add(part);
                if (part instanceof KeyPart.Jwt) {
                    reading.needsTokens(text, fields.what("key"));
                }
            }
        }
        return parts;
    }

    /** One part under a key of its own; null when it is not there, or was reported. */
    static @Nullable KeyPart one(Reading reading, Fields fields, String key) {
        Text text = fields.text(key);
        KeyPart part = text == null ? null : part(text.value());
        if (text != null && part == null) {
            report(reading, fields, key, text);
        }
        if (text != null && part instanceof KeyPart.Jwt) {
            reading.needsTokens(text, fields.what(key));
        }
        return part;
    }

    private static void report(Reading reading, Fields fields, String key, Text text) {
        String value = text.value();
        int colon = value.indexOf(':');
        String source = colon < 0 ? null : NearName.of(value.substring(0, colon), SOURCES);
        String meant = colon < 0
                ? NearName.of(value, WORDS)
                : source == null || SOURCES.contains(value.substring(0, colon))
                        ? null
                        : source + value.substring(colon);
        reading.problem(
                text.place(),
                "bad part '" + Reading.shortened(value) + "' of " + fields.what(key),
                meant,
                fields.accepts(key));
    }

    private static @Nullable KeyPart part(String text) {
        switch (text) {
            case "client":
                return new KeyPart.Client();
            case "route":
                return new KeyPart.Route();
            case "method":
                return new KeyPart.Method();
            case "address":
                return new KeyPart.Address(128);
            default:
                break;
        }
        if (text.startsWith("address/")) {
            Long prefix = Units.number(text.substring("address/".length()));
            return prefix == null || prefix < 1 || prefix > 128 ? null : new KeyPart.Address(prefix.intValue());
        }
        int colon = text.indexOf(':');
        if (colon < 0) {
            return null;
        }
        String name = text.substring(colon + 1);
        return switch (text.substring(0, colon)) {
            case "header" -> Names.isToken(name) ? new KeyPart.Header(name) : null;
            case "cookie" -> Names.isToken(name) ? new KeyPart.Cookie(name) : null;
            case "query" -> Names.isQueryName(name) ? new KeyPart.Query(name) : null;
            case "path" -> name.isEmpty() ? null : new KeyPart.Path(name);
            case "jwt" -> name.isEmpty() ? null : new KeyPart.Jwt(name);
            case "entry" -> name.isEmpty() ? null : new KeyPart.Entry(name);
            default -> null;
        };
    }
}
