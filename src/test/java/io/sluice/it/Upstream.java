package io.sluice.it;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.sluice.demo.Ports;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/** An HTTP/1.1 origin on a plain socket: it shows every byte that it was asked, and answers whatever a script writes. */
final class Upstream implements AutoCloseable {
    private static final int KEPT_BODY = 1 << 20;

    /** Writes an answer, head and all; what it throws closes the connection. */
    interface Script {
        void answer(Asked asked, Wire wire) throws IOException, InterruptedException;
    }

    /** The connection of one request: what follows its head. */
    record Wire(InputStream in, OutputStream out) {
        void write(String latin1) throws IOException {
            out.write(latin1.getBytes(ISO_8859_1));
            out.flush();
        }

        /** @param headers lines that each end with CR LF */
        void reply(int status, String headers, String body) throws IOException {
            write("HTTP/1.1 " + status + " X\r\n" + headers + "Content-Length: " + body.length() + "\r\n\r\n" + body);
        }

        void ok(String body) throws IOException {
            reply(200, "", body);
        }
    }

    /** One request as it came. A body over 1 MiB is counted and not kept. */
    record Asked(String line, List<String> headers, String body, long length) {
        String method() {
            return line.substring(0, line.indexOf(' '));
        }

        String target() {
            return line.substring(line.indexOf(' ') + 1, line.lastIndexOf(' '));
        }

        List<String> all(String name) {
            List<String> values = new ArrayList<>();
            for (String header : headers) {
                int colon = header.indexOf(':');
                if (header.substring(0, colon).equalsIgnoreCase(name)) {
                    values.add(header.substring(colon + 1).strip());
                }
            }
            return values;
        }

        /** All lines of a header joined, null when there is none. */
        @Nullable
        String header(String name) {
            List<String> values = all(name);
            return values.isEmpty() ? null : String.join(", ", values);
        }
    }

    private final int port = Ports.free();
    private final Script script;
    private final List<Asked> asked = new CopyOnWriteArrayList<>();
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private ServerSocket server;

    Upstream(Script script) {
        this.script = script;
        this.server = listen();
    }

    private ServerSocket listen() {
        try {
            ServerSocket socket = new ServerSocket();
            socket.setReuseAddress(true);
            socket.bind(new java.net.InetSocketAddress(InetAddress.getLoopbackAddress(), port), 1000);
            daemon(() -> accept(socket));
            return socket;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void daemon(Runnable task) {
        Thread thread = new Thread(task, "upstream");
        thread.setDaemon(true);
        thread.start();
    }

    private void accept(ServerSocket from) {
        try {
            while (true) {
                Socket socket = from.accept();
                socket.setTcpNoDelay(true);
                open.add(socket);
                daemon(() -> serve(socket));
            }
        } catch (IOException closed) {
            // the end
        }
    }

    private void serve(Socket socket) {
        try (socket) {
            InputStream in = new BufferedInputStream(socket.getInputStream(), 1 << 16);
            OutputStream out = new BufferedOutputStream(socket.getOutputStream(), 1 << 16);
            for (Asked next = read(in, out); next != null; next = read(in, out)) {
                asked.add(next);
                script.answer(next, new Wire(in, out));
                out.flush();
            }
        } catch (IOException | InterruptedException ended) {
            // this connection is over
        } finally {
            open.remove(socket);
        }
    }

    private static @Nullable Asked read(InputStream in, OutputStream out) throws IOException {
        String line = line(in);
        if (line == null) {
            return null;
        }
        List<String> headers = new ArrayList<>();
        for (String header = line(in); header != null && !header.isEmpty(); header = line(in)) {
            headers.add(header);
        }
        Asked head = new Asked(line, List.copyOf(headers), "", 0);
        if (head.header("expect") != null) {
            out.write("HTTP/1.1 100 Continue\r\n\r\n".getBytes(ISO_8859_1));
            out.flush();
        }
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        long length = 0;
        String count = head.header("content-length");
        if (count != null) {
            length = take(in, Long.parseLong(count), body);
        } else if ("chunked".equalsIgnoreCase(head.header("transfer-encoding"))) {
            for (long chunk = chunk(in); chunk > 0; chunk = chunk(in)) {
                length += take(in, chunk, body);
                line(in);
            }
            for (String trailer = line(in); trailer != null && !trailer.isEmpty(); ) {
                trailer = line(in);
            }
        }
        return new Asked(line, head.headers, body.toString(ISO_8859_1), length);
    }

    private static long chunk(InputStream in) throws IOException {
        String size = line(in);
        if (size == null) {
            throw new EOFException();
        }
        return Long.parseLong(size.strip(), 16);
    }

    private static long take(InputStream in, long count, ByteArrayOutputStream kept) throws IOException {
        byte[] buffer = new byte[1 << 16];
        long left = count;
        while (left > 0) {
            int read = in.read(buffer, 0, (int) Math.min(buffer.length, left));
            if (read < 0) {
                throw new EOFException();
            }
            if (kept.size() < KEPT_BODY) {
                kept.write(buffer, 0, read);
            }
            left -= read;
        }
        return count;
    }

    static @Nullable String line(InputStream in) throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (int c = in.read(); c >= 0; c = in.read()) {
            if (c == '\n') {
                String text = line.toString(ISO_8859_1);
                return text.endsWith("\r") ? text.substring(0, text.length() - 1) : text;
            }
            line.write(c);
        }
        return null;
    }

    int port() {
        return port;
    }

    String url() {
        return "http://127.0.0.1:" + port;
    }

    /** Everything it was asked, in order. */
    List<Asked> asked() {
        return asked;
    }

    /** What it was asked of that target. */
    List<Asked> asked(String target) {
        return asked.stream().filter(one -> one.target().equals(target)).toList();
    }

    Asked latest() {
        return asked.get(asked.size() - 1);
    }

    void startAgain() {
        server = listen();
    }

    /** Refuses from now on, and breaks what is open. */
    @Override
    public void close() {
        try {
            server.close();
            for (Socket socket : open) {
                socket.close();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
