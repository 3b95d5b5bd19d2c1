package io.sluice.origin.http;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** An origin that answers byte by byte as told. */
final class RawOrigin implements AutoCloseable {
    /** Answers one request. */
    interface Script {
        void answer(Request request, OutputStream out) throws IOException;
    }

    /** A request's head as it came, and the rest of the connection. */
    record Request(String head, InputStream in, Socket socket) {
        String line() {
            return head.substring(0, head.indexOf("\r\n"));
        }
    }

    /** Every head that came. */
    final BlockingQueue<String> heads = new LinkedBlockingQueue<>();
    /** One entry for each connection whose end was seen while reading. */
    final BlockingQueue<String> closed = new LinkedBlockingQueue<>();

    final AtomicInteger connections = new AtomicInteger();
    private final ServerSocket server;
    private final Script script;

    RawOrigin(String response) {
        this((request, out) -> write(out, response));
    }

    RawOrigin(Script script) {
        this.script = script;
        try {
            server = new ServerSocket(0, 100, InetAddress.getLoopbackAddress());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        daemon(this::accept);
    }

    static void write(OutputStream out, String text) throws IOException {
        out.write(text.getBytes(StandardCharsets.ISO_8859_1));
        out.flush();
    }

    private static void daemon(Runnable task) {
        Thread thread = new Thread(task, "raw-origin");
        thread.setDaemon(true);
        thread.start();
    }

    int port() {
        return server.getLocalPort();
    }

    /** The next request's head. */
    String head() {
        try {
            String head = heads.poll(10, TimeUnit.SECONDS);
            return head == null ? "nothing came" : head;
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private void accept() {
        while (!server.isClosed()) {
            try {
                Socket socket = server.accept();
                connections.incrementAndGet();
                daemon(() -> serve(socket));
            } catch (IOException e) {
                return;
            }
        }
    }

    private void serve(Socket socket) {
        try (socket) {
            InputStream in = new BufferedInputStream(socket.getInputStream(), 65536);
            while (true) {
                StringBuilder head = new StringBuilder();
                while (head.indexOf("\r\n\r\n") < 0) {
                    int c = in.read();
                    if (c < 0) {
                        closed.add("end");
                        return;
                    }
                    head.append((char) c);
                }
                heads.add(head.toString());
                script.answer(new Request(head.toString(), in, socket), socket.getOutputStream());
                if (socket.isClosed()) {
                    return;
                }
            }
        } catch (IOException e) {
            closed.add(String.valueOf(e.getMessage()));
        }
    }

    @Override
    public void close() {
        try {
            server.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
