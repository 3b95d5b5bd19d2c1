package io.sluice.config;

import io.sluice.token.PublicKeys;
import io.sluice.token.TokenSettings;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Reads {@code jwt}: whose tokens are believed. Reads key files, and asks no network. */
final class JwtReader {
    private static final long DEFAULT_LEEWAY = 30_000_000;
    private static final long MOST_LEEWAY = 3_600_000_000L;
    private static final long MOST_BYTES = 1 << 20;

    private JwtReader() {}

    /** Null where there is none, or where a mistake was reported. */
    static @Nullable TokenSettings read(Reading reading, Fields file) {
        Fields fields = file.map("jwt", Keys.JWT, "'jwt'");
        if (fields == null) {
            return null;
        }
        Text jwks = fields.text("jwks");
        Text pem = fields.text("pem");
        if (fields.has("jwks") == fields.has("pem")) {
            fields.problem(
                    file.keyPlace("jwt"),
                    fields.has("pem") ? "'jwt' has both 'jwks' and 'pem'" : "'jwt' has neither 'jwks' nor 'pem'",
                    "one of them");
            return null;
        }
        Long leeway = fields.micros("leeway");
        if (leeway != null && leeway > MOST_LEEWAY) {
            fields.problem(fields.place("leeway"), fields.what("leeway") + " is longer than an hour", "at most 1h");
        }
        Text header = fields.text("header");
        if (header != null && !Names.isToken(header.value())) {
            fields.bad("header", header);
        }
        URI address = jwks == null ? null : address(fields, jwks);
        String keys = address == null ? keys(reading, fields, jwks == null ? pem : jwks) : "";
        Text issuer = fields.text("issuer");
        Text audience = fields.text("audience");
        return keys == null
                ? null
                : new TokenSettings(
                        address,
                        keys,
                        issuer == null ? null : issuer.value(),
                        audience == null ? null : audience.value(),
                        (int) ((leeway == null ? DEFAULT_LEEWAY : leeway) / 1_000_000),
                        header == null ? "Authorization" : header.value());
    }

    private static @Nullable URI address(Fields fields, Text text) {
        if (!text.value().startsWith("http://") && !text.value().startsWith("https://")) {
            return null;
        }
        try {
            URI address = URI.create(text.value());
            if (address.getHost() != null) {
                return address;
            }
        } catch (IllegalArgumentException no) {
            // reported below
        }
        fields.bad("jwks", text);
        return null;
    }

    private static @Nullable String keys(Reading reading, Fields fields, @Nullable Text text) {
        if (text == null || text.value().startsWith("http://") || text.value().startsWith("https://")) {
            return null;
        }
        String found;
        try {
            Path path = Path.of(text.value());
            if (Files.size(path) > MOST_BYTES) {
                found = "it is larger than 1MiB";
            } else {
                String keys = Files.readString(path, StandardCharsets.UTF_8);
                PublicKeys.parse(keys);
                return keys;
            }
        } catch (IOException | java.nio.file.InvalidPathException e) {
            found = "it cannot be read";
        } catch (IllegalArgumentException e) {
            found = e.getMessage();
        }
        reading.problem(
                text.place(),
                "the keys in '" + Reading.shortened(text.value()) + "' of 'jwt' are of no use: " + found,
                fields.accepts("pem"));
        return null;
    }
}
