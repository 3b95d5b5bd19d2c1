package io.sluice.cli;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/**
 * Asks a gateway on this host whether it is ready. A bare socket and the status line: an HTTP client would be most of what such a
 * short process loads, and the answer's body is for people.
 */
final class Health {
    /** For connecting, and again for the answer: an engine's health check allows 3 s. */
    private static final int MILLIS = 1_250;

    private static final String READY = "GET /q/health/ready HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";

    private Health() {}

    /** @return what is wrong, or nothing where the gateway whose management port this is says that it is ready */
    static String wrong(int port) {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), MILLIS);
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
}
