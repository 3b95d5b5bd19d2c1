package io.sluice.origin.postgres;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.sluice.origin.Call;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.Test;

class IdempotencyTest {
    /** SHA-256 of the route, the client, what it acts as, and its key, each with its length in four bytes before it. */
    private static final String KNOWN = "cd27b05295bc7d3eeaa295e86f8358ca87792879e8f30d475c74842702e9c36a";

    @Test
    void a_request_has_the_id_that_the_version_before_kept_its_answer_under() throws Exception {
        Call call = new Call(
                        HttpMethod.POST,
                        "/orders",
                        HttpHeaders.headers().set(Idempotency.FIELD, "k-1"),
                        Map.of(),
                        new Call.Peer("", false, "http", ""),
                        null)
                .as("header:X-API-Key=alice", new Call.Identity("clerk", "{\"sub\":\"alice\"}"), null);
        PostgresSpec spec = PostgresSpec.read("order", "SELECT 1", new Returns.Value(), Duration.ofSeconds(1));
        Vertx none = Vertx.vertx();
        try {
            Body empty = Body.read(none, call, spec, Set.of(), new BodyRoom(0).part())
                    .result();
            Idempotency kept = Objects.requireNonNull(Idempotency.of(Idempotency.Table.WHOLE, "order", call, empty));
            assertEquals(KNOWN, HexFormat.of().formatHex(kept.id().getBytes()));
        } finally {
            none.close();
        }
    }
}
