package io.sluice.origin.http;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/** A client that says and hears exact bytes. */
final class RawClient implements AutoCloseable {
    private final Socket socket;
    private final InputStream in;

    RawClient(int port) {
        try {
            socket = new Socket(InetAddress.getLoopbackAddress(), port);
            socket.setSoTimeout(10_000);
            in = socket.getInputStream();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Sends one request and reads to the connection's end. */
    static String ask(int port, String request) {
        try (RawClient client = new RawClient(port)) {
            return client.send(request).rest();
        }
    }

    /** A GET that closes afterwards. */
    static String get(int port, String path, String... headers) {
        return ask(
                port,
                "GET " + path + " HTTP/1.1\r\nHost: gateway:8080\r\nConnection: close\r\n" + lines(headers) + "\r\n");
    }

    private static String lines(String... headers) {
        return headers.length == 0 ? "" : String.join("\r\n", headers) + "\r\n";
    }

    RawClient send(String text) {
        try {
            RawOrigin.write(socket.getOutputStream(), text);
            return this;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** All up to and with a mark. */
    String until(String mark) {
        try {
            StringBuilder heard = new StringBuilder();
            while (heard.indexOf(mark) < 0) {
                int c = in.read();
                if (c < 0) {
                    return heard + "<end>";
                }
                heard.append((char) c);
            }
            return heard.toString();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** All up to the connection's end. */
    String rest() {
        try {
            return new String(in.readAllBytes(), StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        try {
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
