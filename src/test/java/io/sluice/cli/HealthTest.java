package io.sluice.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpServer;
import io.sluice.demo.Ports;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The health check of an image without a shell, against a server in the gateway's place. */
class HealthTest {
    private final StringWriter err = new StringWriter();

    @ParameterizedTest
    @CsvSource({"200, 0", "503, 1", "404, 1"})
    void it_says_what_ready_says(int status, int code) throws IOException {
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/q/health/ready", exchange -> {
            exchange.sendResponseHeaders(status, -1);
            exchange.close();
        });
        server.start();
        try {
            assertEquals(code, health(server.getAddress().getPort()));
            assertEquals(code == 0, err.toString().isEmpty());
            assertTrue(code == 0 || err.toString().contains(" " + status + " "), err.toString());
        } finally {
            server.stop(0);
        }
    }

    @Test
    void without_a_port_it_is_the_one_that_the_gateway_is_told() throws IOException {
        int port = Ports.free();
        assertEquals(1, run(Map.of("QUARKUS_MANAGEMENT_PORT", Integer.toString(port)), "health"));
        assertTrue(err.toString().contains("port " + port + " does not answer"), err.toString());
    }

    @Test
    void where_the_gateway_is_told_none_it_is_9000_whoever_listens_there() {
        run(Map.of("QUARKUS_MANAGEMENT_PORT", " "), "health");
        assertTrue(err.toString().matches("(?s)|not ready: .*|port 9000 .*"), err.toString());
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "65536", "99999999999", "-1", "http", ""})
    void what_is_no_port_is_wrong_usage(String port) {
        assertEquals(2, run(Map.of(), "health", port));
        assertTrue(err.toString().contains("'" + port + "' is no port"), err.toString());
    }

    @Test
    void it_asks_where_the_management_port_is_listened_on() throws IOException {
        HttpServer server = HttpServer.create(new InetSocketAddress("127.0.0.2", 0), 0);
        server.createContext("/q/health/ready", exchange -> {
            exchange.sendResponseHeaders(200, -1);
            exchange.close();
        });
        server.start();
        try {
            int port = server.getAddress().getPort();
            assertEquals(
                    0,
                    run(Map.of("QUARKUS_MANAGEMENT_HOST", "127.0.0.2"), "health", Integer.toString(port)),
                    err.toString());
            assertEquals(
                    1,
                    run(Map.of("QUARKUS_MANAGEMENT_HOST", "0.0.0.0"), "health", Integer.toString(port)),
                    "all addresses are asked at the loopback one");
        } finally {
            server.stop(0);
        }
    }

    @Test
    void nobody_there_is_unhealthy_and_said() throws IOException {
        int port = Ports.free();
        assertEquals(1, health(port));
        assertTrue(err.toString().contains("port " + port + " does not answer"), err.toString());
    }

    @Test
    void a_server_that_never_answers_is_unhealthy() throws IOException {
        try (ServerSocket mute = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            assertEquals(1, health(mute.getLocalPort()));
        }
    }

    @Test
    void a_server_that_ends_the_connection_as_one_that_speaks_tls_does_is_unhealthy_and_said() throws IOException {
        try (ServerSocket other = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            CompletableFuture<Void> ended = CompletableFuture.runAsync(() -> {
                try (Socket asked = other.accept()) {
                    asked.getInputStream().readNBytes(50);
                    asked.shutdownOutput();
                    asked.getInputStream().readAllBytes();
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
            assertEquals(1, health(other.getLocalPort()));
            assertTrue(err.toString().contains("TLS"), err.toString());
            ended.join();
        }
    }

    private int health(int port) {
        return run(Map.of(), "health", Integer.toString(port));
    }

    private int run(Map<String, String> environment, String... args) {
        return SluiceCommand.run(
                args, () -> 42, environment::get, new PrintWriter(Writer.nullWriter()), new PrintWriter(err));
    }
}
