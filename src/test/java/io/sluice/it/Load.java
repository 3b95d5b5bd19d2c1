package io.sluice.it;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;

/** Many requests at once, over connections that stay open, spread over several instances. */
final class Load implements AutoCloseable {
    private static final int PATIENCE_SECONDS = 60;

    /** What a load came to: each answer's status and time, and the requests without an answer. */
    record Report(List<Integer> statuses, List<String> bodies, List<Long> nanos, List<String> failures) {
        long count(int status) {
            return statuses.stream().filter(one -> one == status).count();
        }

        long slowestMillis() {
            return nanos.stream().mapToLong(Long::longValue).max().orElse(0) / 1_000_000;
        }

        /** The time that so many of a hundred answers took at most. */
        long percentileMillis(int percent) {
            long[] sorted = nanos.stream().mapToLong(Long::longValue).sorted().toArray();
            return sorted.length == 0 ? 0 : sorted[(sorted.length - 1) * percent / 100] / 1_000_000;
        }
    }

    private final ExecutorService threads;
    private final List<Future<Report>> parts = new ArrayList<>();
    private final AtomicBoolean stopped = new AtomicBoolean();

    private Load(int connections) {
        this.threads = Executors.newFixedThreadPool(connections);
    }

    /** So many requests over so many connections, all begun together; returns when all are answered. */
    static Report run(List<SluiceProcess> to, String request, int connections, int perConnection) {
        try (Load load = new Load(connections)) {
            load.begin(to, request, connections, perConnection, () -> true);
            return load.await();
        }
    }

    /** Goes on until {@link #stop}. */
    static Load continuous(List<SluiceProcess> to, String request, int connections) {
        Load load = new Load(connections);
        load.begin(to, request, connections, Integer.MAX_VALUE, () -> !load.stopped.get());
        return load;
    }

    /** So many requests, begun together, while the caller does something else. */
    static Load begun(List<SluiceProcess> to, String request, int connections) {
        Load load = new Load(connections);
        load.begin(to, request, connections, 1, () -> true);
        return load;
    }

    private void begin(List<SluiceProcess> to, String request, int connections, int each, BooleanSupplier more) {
        CountDownLatch together = new CountDownLatch(connections);
        for (int i = 0; i < connections; i++) {
            int port = to.get(i % to.size()).port;
            Callable<Report> part = () -> connection(port, request, each, more, together);
            parts.add(threads.submit(part));
        }
    }

    private static Report connection(int port, String request, int each, BooleanSupplier more, CountDownLatch together)
            throws InterruptedException {
        Report report = new Report(new ArrayList<>(), new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
        Raw raw = new Raw(port);
        together.countDown();
        together.await(PATIENCE_SECONDS, TimeUnit.SECONDS);
        for (int i = 0; i < each && more.getAsBoolean(); i++) {
            long asked = System.nanoTime();
            try {
                Raw.Reply reply = raw.send(request).read();
                report.nanos.add(System.nanoTime() - asked);
                report.statuses.add(reply.status());
                report.bodies.add(reply.body());
                if ("close".equalsIgnoreCase(reply.header("connection"))) {
                    raw.close();
                    raw = new Raw(port);
                }
            } catch (RuntimeException failed) {
                report.failures.add(String.valueOf(failed));
                raw.close();
                if (i + 1 == each || !more.getAsBoolean()) {
                    return report;
                }
                raw = new Raw(port);
            }
        }
        raw.close();
        return report;
    }

    /** Ends it. */
    Report stop() {
        stopped.set(true);
        return await();
    }

    Report await() {
        Report all = new Report(new ArrayList<>(), new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
        try {
            for (Future<Report> part : parts) {
                Report one = part.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
                all.statuses.addAll(one.statuses);
                all.bodies.addAll(one.bodies);
                all.nanos.addAll(one.nanos);
                all.failures.addAll(one.failures);
            }
            return all;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        } catch (ExecutionException | java.util.concurrent.TimeoutException e) {
            throw new IllegalStateException(e);
        }
    }

    /** A GET as a client of that name. */
    static String get(String path, String client, String... headers) {
        StringBuilder lines = new StringBuilder();
        Arrays.stream(headers).forEach(line -> lines.append(line).append("\r\n"));
        return "GET " + path + " HTTP/1.1\r\nHost: a\r\nX-Client: " + client + "\r\n" + lines + "\r\n";
    }

    @Override
    public void close() {
        stopped.set(true);
        threads.shutdownNow();
    }
}
