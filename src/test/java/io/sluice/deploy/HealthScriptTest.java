package io.sluice.deploy;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.sun.net.httpserver.HttpServer;
import io.sluice.demo.Ports;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The image's health check, against a server in the gateway's place. */
class HealthScriptTest {
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
        } finally {
            server.stop(0);
        }
    }

    @Test
    void nobody_there_is_unhealthy() throws IOException {
        assertEquals(1, health(Ports.free()));
    }

    @Test
    void a_server_that_never_answers_is_unhealthy() throws IOException {
        try (ServerSocket mute = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            assertEquals(1, health(mute.getLocalPort()));
        }
    }

    private static int health(int port) throws IOException {
        ProcessBuilder script = new ProcessBuilder("bash", "deploy/docker/health")
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(ProcessBuilder.Redirect.DISCARD);
        script.environment().put("QUARKUS_MANAGEMENT_PORT", Integer.toString(port));
        return script.start().onExit().join().exitValue();
    }
}
