package io.sluice.admin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.sluice.gateway.Problem;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.NullSource;
import org.junit.jupiter.params.provider.ValueSource;

class GuardTest {
    private static final Guard WITH_TOKEN = new Guard(Optional.of("s3cret"));
    private static final Guard WITHOUT = new Guard(Optional.empty());

    private static int status(@Nullable Problem refusal) {
        return refusal == null ? 200 : refusal.status();
    }

    @ParameterizedTest
    @ValueSource(strings = {"Bearer s3cret", "bearer s3cret", "Bearer  s3cret "})
    void the_token_lets_callers_from_anywhere_in(String authorization) {
        assertNull(WITH_TOKEN.refusal("192.0.2.1", authorization, null));
        assertNull(WITH_TOKEN.refusal("192.0.2.1", authorization, "https://dashboard.example"));
    }

    @ParameterizedTest
    @NullSource
    @ValueSource(
            strings = {
                "",
                "Bearer",
                "Bearer ",
                "Bearer s3cre",
                "Bearer s3cret2",
                "Basic s3cret",
                "s3cret",
                "Bearer S3CRET"
            })
    void anything_else_is_a_401_also_on_this_machine(@Nullable String authorization) {
        assertEquals(401, status(WITH_TOKEN.refusal("192.0.2.1", authorization, null)));
        assertEquals(401, status(WITH_TOKEN.refusal("127.0.0.1", authorization, null)));
    }

    @ParameterizedTest
    @NullSource
    @ValueSource(strings = {"127.0.0.1", "127.8.9.10", "::1", "0:0:0:0:0:0:0:1", "::1%lo", "::ffff:127.0.0.1"})
    void without_a_token_callers_on_this_machine_are_let_in(@Nullable String peer) {
        assertNull(WITHOUT.refusal(peer, null, null));
        assertNull(WITHOUT.refusal(peer, "Bearer whatever", null));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "192.0.2.1",
                "10.0.0.1",
                "128.0.0.1",
                "::",
                "::2",
                "::ffff:10.0.0.1",
                "fe80::1%lo",
                "localhost",
                ""
            })
    void without_a_token_others_are_a_403(String peer) {
        assertEquals(403, status(WITHOUT.refusal(peer, null, null)));
        assertEquals(403, status(WITHOUT.refusal(peer, "Bearer s3cret", null)));
    }

    @Test
    void without_a_token_a_web_page_in_a_browser_on_this_machine_is_a_403() {
        assertEquals(403, status(WITHOUT.refusal("127.0.0.1", null, "https://evil.example")));
        assertEquals(403, status(WITHOUT.refusal("::1", null, "null")));
    }
}
