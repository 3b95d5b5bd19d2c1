package io.sluice.origin.postgres;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.sqlclient.SqlConnection;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;

class PositionsTest {
    private static final SqlConnection CONNECTION = (SqlConnection) Proxy.newProxyInstance(
            PositionsTest.class.getClassLoader(), new Class<?>[] {SqlConnection.class}, (proxy, method, given) -> null);

    private final List<Promise<SqlConnection>> borrowed = new ArrayList<>();
    private final List<Promise<Long>> sent = new ArrayList<>();
    private int back;
    private int lost;
    private final Positions positions = new Positions(
            () -> kept(borrowed).future(),
            connection -> back++,
            connection -> lost++,
            connection -> kept(sent).future());

    private static <T> Promise<T> kept(List<Promise<T>> in) {
        Promise<T> promise = Promise.promise();
        in.add(promise);
        return promise;
    }

    @Test
    void who_asks_before_the_question_is_sent_shares_it() {
        Future<Long> one = positions.now();
        Future<Long> two = positions.now();
        borrowed.get(0).complete(CONNECTION);
        sent.get(0).complete(5L);
        assertEquals(List.of(5L, 5L), List.of(one.result(), two.result()));
        assertEquals(1, borrowed.size());
        assertEquals(1, back);
    }

    /** What was committed in between is not in the answer. */
    @Test
    void who_asks_after_it_was_sent_waits_for_the_next() {
        Future<Long> one = positions.now();
        borrowed.get(0).complete(CONNECTION);
        Future<Long> two = positions.now();
        Future<Long> three = positions.now();
        sent.get(0).complete(5L);
        assertEquals(5L, one.result());
        assertFalse(two.isComplete());
        borrowed.get(1).complete(CONNECTION);
        sent.get(1).complete(6L);
        assertEquals(List.of(6L, 6L), List.of(two.result(), three.result()));
        assertEquals(2, borrowed.size());
    }

    @Test
    void a_connection_that_is_silent_is_not_used_again_and_the_next_asks_on_another() {
        Future<Long> one = positions.now();
        borrowed.get(0).complete(CONNECTION);
        Future<Long> two = positions.now();
        sent.get(0).fail(new TimeoutException());
        assertTrue(one.failed());
        assertEquals(List.of(0, 1), List.of(back, lost));
        borrowed.get(1).complete(CONNECTION);
        sent.get(1).complete(6L);
        assertEquals(6L, two.result());
    }

    @Test
    void a_failure_is_told_and_the_next_asks_anew() {
        Future<Long> one = positions.now();
        borrowed.get(0).fail("no connection");
        assertTrue(one.failed());
        Future<Long> two = positions.now();
        borrowed.get(1).complete(CONNECTION);
        sent.get(0).fail("lost");
        assertTrue(two.failed());
        assertEquals(1, back);
        Future<Long> three = positions.now();
        borrowed.get(2).complete(CONNECTION);
        sent.get(1).complete(7L);
        assertEquals(7L, three.result());
    }
}
