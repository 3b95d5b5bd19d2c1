package io.sluice.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpServer;
import io.sluice.demo.Ports;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.Writer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

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

    private int health(int port) {
        return SluiceCommand.run(
                new String[] {"health", Integer.toString(port)},
                () -> 42,
                Map.<String, String>of()::get,
                new PrintWriter(Writer.nullWriter()),
                new PrintWriter(err));
    }
}
