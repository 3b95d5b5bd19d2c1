package io.sluice.redis;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class SilenceTest {
    private final Silence silence = new Silence();

    private void answered() {
        silence.heard();
        silence.ended();
    }

    @Test
    void who_is_asked_nothing_is_not_silent() {
        for (int look = 0; look < 3; look++) {
            assertFalse(silence.look());
        }
    }

    @Test
    void who_says_nothing_from_one_look_to_the_next_is_silent_however_much_is_sent_meanwhile() {
        silence.sent();
        assertFalse(silence.look(), "it may have been sent a moment ago");
        silence.sent();
        assertTrue(silence.look());
    }

    @Test
    void a_command_that_takes_a_while_after_a_pause_is_no_silence() {
        for (int round = 0; round < 8; round++) {
            assertFalse(silence.look(), "the pause");
            silence.sent();
            assertFalse(silence.look());
            answered();
            assertFalse(silence.look());
        }
    }

    @Test
    void one_command_that_takes_long_is_no_silence_while_others_are_answered() {
        silence.sent();
        for (int look = 0; look < 5; look++) {
            silence.sent();
            assertFalse(silence.look());
            answered();
        }
        assertFalse(silence.look());
        assertTrue(silence.look());
    }

    @Test
    void what_failed_without_a_word_from_the_server_is_nothing_heard() {
        silence.sent();
        silence.sent();
        assertFalse(silence.look());
        silence.ended();
        assertTrue(silence.look());
    }
}
