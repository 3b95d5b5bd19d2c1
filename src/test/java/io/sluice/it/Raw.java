package io.sluice.it;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A client that says exactly what it is told to, in ISO 8859-1. */
final class Raw implements AutoCloseable {
    private static final int PATIENCE_MILLIS = 10_000;

    /** One answer; {@code head} has the status line and the fields. */
    record Reply(int status, List<String> head, String body) {
        /** All lines of a header joined, null when there is none. */
        @Nullable
        String header(String name) {
            List<String> values = new ArrayList<>();
            for (String line : head) {
                int colon = line.indexOf(':');
                if (colon > 0 && line.substring(0, colon).equalsIgnoreCase(name)) {
                    values.add(line.substring(colon + 1).strip());
                }
            }
            return values.isEmpty() ? null : String.join(", ", values);
        }
    }

    private final Socket socket;
    final InputStream in;

    Raw(int port) {
        try {
            socket = new Socket("127.0.0.1", port);
            socket.setTcpNoDelay(true);
            socket.setSoTimeout(PATIENCE_MILLIS);
            in = new BufferedInputStream(socket.getInputStream(), 1 << 16);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** One request on a connection of its own. */
    static Reply once(int port, String request) {
        try (Raw raw = new Raw(port)) {
            return raw.send(request).read();
        }
    }

    Raw send(String text) {
        return send(text.getBytes(ISO_8859_1), 0, text.length());
    }

    Raw send(byte[] bytes, int from, int count) {
        try {
            socket.getOutputStream().write(bytes, from, count);
            socket.getOutputStream().flush();
            return this;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The head of the next answer, interim ones too. */
    Reply head() {
        try {
            String line = Upstream.line(in);
            if (line == null) {
                throw new IOException("closed without an answer");
            }
            List<String> head = new ArrayList<>();
            head.add(line);
            for (String field = Upstream.line(in); field != null && !field.isEmpty(); field = Upstream.line(in)) {
                head.add(field);
            }
            return new Reply(Integer.parseInt(line.substring(9, 12)), head, "");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The next answer, with its body by its framing. Trailers stand behind the head. */
    Reply read() {
        Reply head = head();
        try {
            List<String> fields = new ArrayList<>(head.head);
            String length = head.header("content-length");
            String body = "";
            if (head.status == 304 || head.status < 200) {
                return head;
            }
            if (length != null) {
                body = new String(in.readNBytes(Integer.parseInt(length)), ISO_8859_1);
            } else if ("chunked".equalsIgnoreCase(head.header("transfer-encoding"))) {
                body = chunks(fields);
            } else {
                body = new String(in.readAllBytes(), ISO_8859_1);
            }
            return new Reply(head.status, fields, body);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private String chunks(List<String> trailers) throws IOException {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        while (true) {
            String size = Upstream.line(in);
            if (size == null) {
                throw new IOException("broken off");
            }
            int count = Integer.parseInt(size.strip(), 16);
            if (count == 0) {
                break;
            }
            body.write(in.readNBytes(count));
            Upstream.line(in);
        }
        for (String trailer = Upstream.line(in); trailer != null && !trailer.isEmpty(); trailer = Upstream.line(in)) {
            trailers.add(trailer);
        }
        return body.toString(ISO_8859_1);
    }

    /** Next line of a body that is still coming. */
    @Nullable
    String line() {
        try {
            return Upstream.line(in);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Whether the other side has closed, waited for a while; bytes that still come count as not closed. */
    boolean isClosed() {
        try {
            return in.read() < 0;
        } catch (SocketTimeoutException open) {
            return false;
        } catch (SocketException reset) {
            return true;
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
