package io.sluice.demo;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EmbeddedRedisTest {
    @Test
    void it_hangs_while_paused_and_then_answers_what_was_asked() throws IOException {
        try (EmbeddedRedis redis = new EmbeddedRedis();
                Socket connection = new Socket("127.0.0.1", redis.port())) {
            connection.setSoTimeout(200);
            redis.pause();
            send(connection, "PING");
            assertThrows(SocketTimeoutException.class, () -> receive(connection, 7));

            redis.resume();

            connection.setSoTimeout(10_000);
            assertEquals("+PONG\r\n", receive(connection, 7));
        }
    }

    @Test
    void restarted_it_is_empty_on_the_same_port() throws IOException {
        try (EmbeddedRedis redis = new EmbeddedRedis()) {
            long before = redis.pid();
            assertEquals("+OK\r\n", ask(redis, "SET key value", 5));

            redis.restart();

            assertFalse(alive(before));
            assertTrue(alive(redis.pid()));
            assertEquals("$-1\r\n", ask(redis, "GET key", 5));
        }
    }

    @Test
    void closed_it_is_gone_and_may_be_started_again() throws IOException {
        EmbeddedRedis redis = new EmbeddedRedis();
        redis.close();
        redis.close();
        assertFalse(alive(redis.pid()));

        redis.startAgain();

        assertEquals("+PONG\r\n", ask(redis, "PING", 7));
        redis.close();
    }

    @Test
    void a_paused_one_can_be_closed() {
        EmbeddedRedis redis = new EmbeddedRedis();
        redis.pause();

        redis.close();

        assertFalse(alive(redis.pid()));
    }

    @Test
    void it_says_so_when_it_cannot_start(@TempDir Path folder) {
        try (EmbeddedRedis first = new EmbeddedRedis(folder)) {
            var refused = assertThrows(UncheckedIOException.class, () -> new EmbeddedRedis(first.port()));
            assertTrue(String.valueOf(refused.getMessage()).contains(Integer.toString(first.port())));
        }
    }

    private static boolean alive(long pid) {
        return ProcessHandle.of(pid).map(ProcessHandle::isAlive).orElse(false);
    }

    private static String ask(EmbeddedRedis redis, String command, int length) throws IOException {
        try (Socket connection = new Socket("127.0.0.1", redis.port())) {
            connection.setSoTimeout(10_000);
            send(connection, command);
            return receive(connection, length);
        }
    }

    private static void send(Socket connection, String command) throws IOException {
        connection.getOutputStream().write((command + "\r\n").getBytes(US_ASCII));
    }

    private static String receive(Socket connection, int length) throws IOException {
        return new String(connection.getInputStream().readNBytes(length), US_ASCII);
    }
}
