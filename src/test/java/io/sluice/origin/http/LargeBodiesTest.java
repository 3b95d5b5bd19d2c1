package io.sluice.origin.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.Vertx;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryType;
import java.net.InetAddress;
import java.net.Socket;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/** One side is slow at first, so that without backpressure the gigabyte would stand in the heap. */
class LargeBodiesTest {
    private static final Vertx VERTX = Vertx.vertx();
    private static final long GIGABYTE = 1L << 30;
    private static final long BOUND = 64L << 20;

    @AfterAll
    static void stop() {
        Front.await(VERTX.close());
    }

    private static long live() {
        System.gc();
        return ManagementFactory.getMemoryPoolMXBeans().stream()
                .filter(pool -> pool.getType() == MemoryType.HEAP && pool.getCollectionUsage() != null)
                .mapToLong(pool -> pool.getCollectionUsage().getUsed())
                .sum();
    }

    private static void pour(OutputStream out) throws IOException {
        byte[] part = new byte[1 << 18];
        for (long sent = 0; sent < GIGABYTE; sent += part.length) {
            out.write(part);
        }
        out.flush();
    }

    /** Reads a quarter of it, looks at the heap, and reads the rest. */
    private static long drink(InputStream in, long[] seen) throws IOException {
        byte[] part = new byte[1 << 18];
        long read = 0;
        while (read < GIGABYTE) {
            int n = in.read(part);
            if (n < 0) {
                break;
            }
            if (read < GIGABYTE / 4 && read + n >= GIGABYTE / 4) {
                seen[0] = live();
            }
            read += n;
        }
        return read;
    }

    @Test
    void a_gigabyte_down_stays_out_of_the_heap() throws Exception {
        try (RawOrigin origin = new RawOrigin((request, out) -> {
                    RawOrigin.write(out, "HTTP/1.1 200 OK\r\nContent-Length: " + GIGABYTE + "\r\n\r\n");
                    pour(out);
                });
                Front front = new Front(VERTX, Front.spec(origin.port()));
                Socket client = new Socket(InetAddress.getLoopbackAddress(), front.port())) {
            long before = live();
            long[] during = new long[1];
            RawOrigin.write(client.getOutputStream(), "GET / HTTP/1.1\r\nHost: g\r\n\r\n");
            InputStream in = client.getInputStream();
            head(in);
            assertEquals(GIGABYTE, drink(in, during));
            assertEquals(GIGABYTE, front.end());
            assertTrue(during[0] - before < BOUND, "the heap grew by " + (during[0] - before));
        }
    }

    @Test
    void a_gigabyte_up_stays_out_of_the_heap() throws Exception {
        long[] during = new long[1];
        long[] read = new long[1];
        try (RawOrigin origin = new RawOrigin((request, out) -> {
                    read[0] = drink(request.in(), during);
                    RawOrigin.write(out, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
                });
                Front front = new Front(VERTX, Front.spec(origin.port()));
                Socket client = new Socket(InetAddress.getLoopbackAddress(), front.port())) {
            long before = live();
            RawOrigin.write(
                    client.getOutputStream(), "PUT / HTTP/1.1\r\nHost: g\r\nContent-Length: " + GIGABYTE + "\r\n\r\n");
            pour(client.getOutputStream());
            assertTrue(head(client.getInputStream()).startsWith("HTTP/1.1 200"));
            assertEquals(GIGABYTE, read[0]);
            assertTrue(during[0] - before < BOUND, "the heap grew by " + (during[0] - before));
        }
    }

    private static String head(InputStream in) throws IOException {
        StringBuilder head = new StringBuilder();
        while (head.indexOf("\r\n\r\n") < 0) {
            head.append((char) in.read());
        }
        return head.toString();
    }
}
