package io.sluice.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** Postgres goes and comes under load of reads without a cache. */
class LanesIT {
    private static final int CLIENTS = 16;
    /** Nanoseconds; a breaker asks again after a second, and that has to be answered. */
    private static final long SOON = 1_000_000_000;

    private record Seen(long begun, int status, boolean right) {}

    @Test
    void reads_are_right_again_within_a_second_of_the_servers_return() throws InterruptedException {
        String yaml = """
                routes:
                  number:
                    path: /numbers/{n}
                    postgres: { sql: "SELECT n FROM generate_series(1, 1000) n WHERE n = :n::int", returns: value }
                """;
        try (Relay relay = new Relay(Postgres.port()).open();
                SluiceProcess sluice = SluiceProcess.setup(yaml)
                        .postgres(Postgres.url(relay.port()))
                        .start()) {
            Queue<Seen> seen = new ConcurrentLinkedQueue<>();
            AtomicInteger over = new AtomicInteger();
            List<Thread> clients = new ArrayList<>();
            for (int i = 0; i < CLIENTS; i++) {
                Thread client = new Thread(() -> {
                    for (int n = 1; over.get() == 0; n = n % 1000 + 1) {
                        long begun = System.nanoTime();
                        var reply = sluice.get("/numbers/" + n);
                        seen.add(new Seen(
                                begun,
                                reply.statusCode(),
                                reply.statusCode() != 200 || reply.body().equals(Integer.toString(n))));
                    }
                });
                client.start();
                clients.add(client);
            }
            for (int round = 0; round < 3; round++) {
                long from = System.nanoTime();
                Awaitility.await().until(() -> many(seen, from, 200));
                relay.close();
                long cut = System.nanoTime();
                Awaitility.await().until(() -> many(seen, cut, 503));
                relay.open();
                long since = System.nanoTime() + SOON;
                Awaitility.await().until(() -> many(seen, since, 200));
                assertEquals(
                        List.of(),
                        seen.stream()
                                .filter(one -> one.begun >= since && one.status != 200)
                                .map(one -> (one.begun - since) / 1_000_000 + " ms: " + one.status)
                                .toList(),
                        sluice::log);
            }
            over.set(1);
            for (Thread client : clients) {
                client.join();
            }
            assertTrue(seen.stream().allMatch(Seen::right));
            assertEquals(
                    0,
                    seen.stream()
                            .filter(one -> one.status != 200 && one.status != 503)
                            .count());
        }
    }

    private static boolean many(Queue<Seen> seen, long from, int status) {
        return seen.stream()
                        .filter(one -> one.begun > from && one.status == status)
                        .count()
                > 200;
    }
}
