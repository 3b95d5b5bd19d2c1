package io.sluice.config;

import io.sluice.origin.http.HttpSpec;
import io.sluice.origin.postgres.PostgresSpec;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Base64;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Tells declarations apart that answer differently: 48 bits of SHA-256 over what an answer may depend on, the same on
 * every instance. What only bounds a call (timeouts, connections) is left out, so that changing it keeps the cache.
 */
final class Fingerprint {
    private static final int BYTES = 6;

    private Fingerprint() {}

    static String of(HttpSpec spec) {
        return of("http\n" + spec.url() + '\n' + spec.strip() + '\n' + new TreeMap<>(spec.setHeaders()) + '\n'
                + new TreeSet<>(spec.removeHeaders()) + '\n' + spec.preserveHost());
    }

    static String of(PostgresSpec spec) {
        return of("postgres\n" + spec.returns() + '\n' + spec.filters() + '\n' + spec.access() + '\n' + spec.sql());
    }

    private static String of(String declaration) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(declaration.getBytes(StandardCharsets.UTF_8));
            return Base64.getUrlEncoder().withoutPadding().encodeToString(Arrays.copyOf(hash, BYTES));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
