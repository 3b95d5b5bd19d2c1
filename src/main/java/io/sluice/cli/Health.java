package io.sluice.cli;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Asks a gateway on this host whether it is ready. A bare socket and the status line: an HTTP client would be most of what such a
 * short process loads, and the answer's body is for people.
 */
final class Health {
    /** For connecting, and again for the answer: an engine's health check allows 3 s. */
    private static final int MILLIS = 1_250;

    private static final String READY = "GET /q/health/ready HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";

    private Health() {}

    /**
     * What is wrong, or nothing where the gateway whose management port this is says that it is ready.
     *
     * @param host where the port is listened on; null, or all of the host's addresses: it is asked at the loopback one
     */
    static String wrong(@Nullable String host, int port) {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(address(host), port), MILLIS);
            socket.setSoTimeout(MILLIS);
            socket.getOutputStream().write(READY.getBytes(StandardCharsets.US_ASCII));
            String status = new BufferedReader(
                            new InputStreamReader(socket.getInputStream(), StandardCharsets.ISO_8859_1))
                    .readLine();
            if (status == null) {
                return "port " + port
                        + " ended the connection without an answer: it may speak TLS, which is not asked here";
            }
            return status.startsWith("HTTP/1.1 200 ") ? "" : "not ready: " + status;
        } catch (IOException unreachable) {
            return "port " + port + " does not answer: " + unreachable.getMessage();
        }
    }

    private static InetAddress address(@Nullable String host) throws UnknownHostException {
        InetAddress named = host == null || host.isBlank() ? null : InetAddress.getByName(host);
        return named == null || named.isAnyLocalAddress() ? InetAddress.getLoopbackAddress() : named;
    }
}
