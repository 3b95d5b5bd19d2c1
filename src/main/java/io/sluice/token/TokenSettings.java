package io.sluice.token;

import java.net.URI;
import org.jspecify.annotations.Nullable;

/**
 * Which tokens are believed.
 *
 * @param jwks where the issuer publishes its keys; null: they are given
 * @param keys a PEM or a JWK set, empty where they are fetched
 * @param issuer null: any
 * @param audience null: any
 * @param leeway seconds that clocks may differ by
 * @param header whose value is {@code Bearer TOKEN}
 */
public record TokenSettings(
        @Nullable URI jwks,
        String keys,
        @Nullable String issuer,
        @Nullable String audience,
        int leeway,
        String header) {}
