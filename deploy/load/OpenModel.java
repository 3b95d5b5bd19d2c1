import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Locale;
import java.util.concurrent.locks.LockSupport;

/**
 * Requests at a constant rate, as `latency` sends them: `java OpenModel.java URL RATE SECONDS CONNECTIONS`.
 *
 * <p>The open model: each request has an instant at which it is due, whatever became of those before. Its latency counts from that instant
 * also where no connection was free then, so that a server that stalls is charged for all who would have come meanwhile (what wrk2
 * corrects: "coordinated omission"). One thread sends and one receives. The first two seconds are not counted. The only line is JSON, in us;
 * `lag` is by how much requests were sent late, which is in the latency.
 */
public final class OpenModel {
    private static final int LONGEST_MICROS = 2_000_000;
    private static final long WARM_UP_NANOS = 2_000_000_000L;

    private final int[] latencies = new int[LONGEST_MICROS + 1];
    private final int[] lags = new int[LONGEST_MICROS + 1];
    private final ArrayDeque<Connection> idle = new ArrayDeque<>();
    private final ArrayDeque<Long> overdue = new ArrayDeque<>();
    private final byte[] request;
    private final Selector selector = Selector.open();
    private long countedFrom;
    private long answered;
    private long bad;

    private OpenModel(URI url) throws IOException {
        request = ("GET " + url.getRawPath() + " HTTP/1.1\r\nHost: measured\r\nX-API-Key: one\r\n\r\n")
                .getBytes(StandardCharsets.US_ASCII);
    }

    /** One that is kept alive, with one request at a time. */
    private static final class Connection {
        final SocketChannel channel;
        final ByteBuffer in = ByteBuffer.allocate(64 * 1024);
        long due;

        Connection(URI url) throws IOException {
            channel = SocketChannel.open(new InetSocketAddress(url.getHost(), url.getPort()));
            channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
            channel.configureBlocking(false);
        }
    }

    public static void main(String[] args) throws Exception {
        URI url = URI.create(args[0]);
        OpenModel model = new OpenModel(url);
        for (int i = 0; i < Integer.parseInt(args[3]); i++) {
            Connection connection = new Connection(url);
            connection.channel.register(model.selector, SelectionKey.OP_READ, connection);
            model.idle.add(connection);
        }
        model.run(Long.parseLong(args[1]), Long.parseLong(args[2]));
    }

    private void run(long rate, long seconds) throws Exception {
        Thread receiver = new Thread(this::receive, "receiver");
        receiver.setDaemon(true);
        receiver.start();
        long begin = System.nanoTime();
        countedFrom = begin + WARM_UP_NANOS;
        long all = rate * seconds + rate * WARM_UP_NANOS / 1_000_000_000;
        for (long i = 0; i < all; i++) {
            long due = begin + i * 1_000_000_000 / rate;
            for (long wait = due - System.nanoTime(); wait > 0; wait = due - System.nanoTime()) {
                LockSupport.parkNanos(wait);
            }
            send(due);
        }
        // who has no answer after this is counted as bad
        for (long end = System.nanoTime() + 3_000_000_000L; answered() < rate * seconds && System.nanoTime() < end; ) {
            LockSupport.parkNanos(10_000_000);
        }
        synchronized (this) {
            System.out.printf(
                    Locale.ROOT,
                    "{\"due\": %d, \"answered\": %d, \"bad\": %d, \"p50\": %d, \"p99\": %d, \"p999\": %d, \"max\": %d, \"lag_p50\": %d, \"lag_p99\": %d}%n",
                    rate * seconds,
                    answered,
                    bad + rate * seconds - answered,
                    percentile(latencies, 0.5),
                    percentile(latencies, 0.99),
                    percentile(latencies, 0.999),
                    percentile(latencies, 1),
                    percentile(lags, 0.5),
                    percentile(lags, 0.99));
        }
    }

    private synchronized long answered() {
        return answered;
    }

    private synchronized void send(long due) throws IOException {
        Connection free = idle.poll();
        if (free == null) {
            overdue.add(due);
        } else {
            write(free, due);
        }
    }

    private void write(Connection connection, long due) throws IOException {
        connection.due = due;
        ByteBuffer out = ByteBuffer.wrap(request);
        if (due >= countedFrom) {
            count(lags, System.nanoTime() - due);
        }
        connection.channel.write(out);
        if (out.hasRemaining()) {
            throw new IOException("a socket takes no " + request.length + " bytes");
        }
    }

    private void receive() {
        try {
            while (true) {
                selector.select(key -> {
                    try {
                        read((Connection) key.attachment());
                    } catch (IOException e) {
                        throw new java.io.UncheckedIOException(e);
                    }
                });
            }
        } catch (Exception e) {
            e.printStackTrace();
            System.exit(1);
        }
    }

    private void read(Connection connection) throws IOException {
        if (connection.channel.read(connection.in) < 0) {
            throw new IOException("the server closed a connection");
        }
        int status = complete(connection.in);
        if (status == 0) {
            return;
        }
        long now = System.nanoTime();
        connection.in.clear();
        synchronized (this) {
            if (connection.due >= countedFrom) {
                answered++;
                bad += status == 200 ? 0 : 1;
                count(latencies, now - connection.due);
            }
            Long next = overdue.poll();
            if (next == null) {
                // the one used last is the next to be used: what is not needed stays quiet
                idle.push(connection);
            } else {
                write(connection, next);
            }
        }
    }

    /** The status where head and body are there, else 0. */
    private static int complete(ByteBuffer in) throws IOException {
        byte[] bytes = in.array();
        int end = in.position();
        int length = -1;
        int line = 0;
        for (int i = 1; i < end; i++) {
            if (bytes[i] != '\n') {
                continue;
            }
            if (i - line == 1) {
                if (length < 0) {
                    throw new IOException("an answer without Content-Length");
                }
                return end - i - 1 >= length ? (bytes[9] - '0') * 100 + (bytes[10] - '0') * 10 + bytes[11] - '0' : 0;
            }
            if ((bytes[line] | 32) == 'c'
                    && i - line > 15
                    && (bytes[line + 8] | 32) == 'l'
                    && bytes[line + 14] == ':') {
                length =
                        Integer.parseInt(new String(bytes, line + 15, i - line - 15, StandardCharsets.US_ASCII).trim());
            }
            line = i + 1;
        }
        return 0;
    }

    private static void count(int[] counts, long nanos) {
        counts[(int) Math.min(LONGEST_MICROS, Math.max(0, nanos / 1000))]++;
    }

    private static int percentile(int[] counts, double part) {
        long all = 0;
        for (int count : counts) {
            all += count;
        }
        long rank = Math.max(1, (long) Math.ceil(all * part));
        int micros = 0;
        for (long seen = 0; micros <= LONGEST_MICROS; micros++) {
            seen += counts[micros];
            if (seen >= rank) {
                break;
            }
        }
        return micros;
    }
}
