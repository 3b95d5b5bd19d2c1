package io.sluice.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import io.sluice.origin.http.HttpSpec;
import io.sluice.origin.postgres.PostgresSpec;
import io.sluice.origin.postgres.Returns;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class FingerprintTest {
    private static final Duration SECOND = Duration.ofSeconds(1);

    @Test
    void another_statement_or_url_is_another_fingerprint() {
        assertNotEquals(postgres("SELECT 1", SECOND), postgres("SELECT 2", SECOND));
        assertNotEquals(http("http://a:1", Map.of(), SECOND, false), http("http://a:2", Map.of(), SECOND, false));
        assertNotEquals(
                http("http://a:1", Map.of("X", "1"), SECOND, false), http("http://a:1", Map.of(), SECOND, false));
        assertNotEquals(http("http://a:1", Map.of(), SECOND, true), http("http://a:1", Map.of(), SECOND, false));
    }

    @Test
    void what_only_bounds_a_call_keeps_the_fingerprint() {
        assertEquals(postgres("SELECT 1", SECOND), postgres("SELECT 1", SECOND.plusSeconds(1)));
        assertEquals(
                http("http://a:1", Map.of(), SECOND, false),
                http("http://a:1", Map.of(), SECOND.plusSeconds(1), false));
    }

    @Test
    void the_order_of_headers_does_not_matter() {
        assertEquals(
                http("http://a:1", Map.of("A", "1", "B", "2"), SECOND, false),
                http("http://a:1", Map.of("B", "2", "A", "1"), SECOND, false));
    }

    private static String postgres(String sql, Duration timeout) {
        return Fingerprint.of(PostgresSpec.read("route", sql, new Returns.Row(), timeout));
    }

    private static String http(String url, Map<String, String> headers, Duration timeout, boolean preserveHost) {
        return Fingerprint.of(
                new HttpSpec("route", URI.create(url), timeout, null, headers, List.of(), preserveHost, SECOND, 8));
    }
}
