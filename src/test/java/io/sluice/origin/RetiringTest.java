package io.sluice.origin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.subscription.Cancellable;
import io.smallrye.mutiny.subscription.UniEmitter;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class RetiringTest {
    private static final Call CALL =
            new Call(HttpMethod.GET, "/", HttpHeaders.headers(), Map.of(), new Call.Peer("", false, "http", ""), null);
    private static final Answer WHOLE = new Answer.Whole(200, HttpHeaders.headers(), Buffer.buffer());

    private final Deque<Runnable> later = new ArrayDeque<>();
    private final List<UniEmitter<? super Answer>> asked = new ArrayList<>();
    private final List<Answer> answers = new ArrayList<>();
    private int closed;

    private final Retiring retiring = new Retiring(
            new Origin() {
                @Override
                public Uni<Answer> ask(Call call) {
                    return Uni.createFrom().emitter(asked::add);
                }

                @Override
                public void close() {
                    closed++;
                }
            },
            later::add);

    private Cancellable ask() {
        return retiring.ask(CALL).subscribe().with(answers::add);
    }

    private void graceIsOver() {
        later.remove().run();
    }

    @Test
    void an_idle_one_is_closed_once_after_the_grace_period() {
        retiring.close();
        retiring.close();
        assertEquals(0, closed);
        graceIsOver();
        assertEquals(1, closed);
        assertEquals(0, later.size());
    }

    @Test
    void a_call_that_comes_after_the_retirement_is_served_and_waited_for() {
        retiring.close();
        ask();
        graceIsOver();
        assertEquals(0, closed);
        asked.get(0).complete(WHOLE);
        assertEquals(List.of(WHOLE), answers);
        graceIsOver();
        assertEquals(1, closed);
    }

    @Test
    void a_call_that_comes_after_the_end_is_told_so() {
        retiring.close();
        graceIsOver();
        ask();
        assertInstanceOf(Answer.Failed.class, answers.get(0));
        assertEquals(0, asked.size());
    }

    @Test
    void failing_and_cancelling_end_a_call_too() {
        ask().cancel();
        var unused = retiring.ask(CALL).subscribe().with(answers::add, problem -> {});
        asked.get(1).fail(new IllegalStateException());
        retiring.close();
        graceIsOver();
        assertEquals(1, closed);
    }

    @Test
    void a_stream_is_a_call_until_it_is_sent_gathered_or_discarded() {
        for (int way = 0; way < 3; way++) {
            ask();
            HeldStream stream = new HeldStream();
            asked.get(way).complete(stream);
            Answer.Streaming given = (Answer.Streaming) answers.get(way);
            if (way == 0) {
                given.discard();
            } else {
                var gathered = given.gather(1, () -> {});
                stream.gathering.complete(
                        way == 1
                                ? new Answer.Gathered.Whole(Buffer.buffer(), HttpHeaders.headers())
                                : new Answer.Gathered.Larger(stream));
                if (gathered.result() instanceof Answer.Gathered.Larger larger) {
                    retiring.close();
                    graceIsOver();
                    assertEquals(0, closed);
                    larger.rest().discard();
                }
            }
        }
        graceIsOver();
        assertEquals(1, closed);
    }

    @Test
    @SuppressWarnings("NullAway") // this stream does not look at the client
    void a_stream_that_is_sent_while_it_is_gathered_is_a_call_until_both_are_over() {
        for (boolean sentFirst : new boolean[] {true, false}) {
            ask();
            HeldStream stream = new HeldStream();
            asked.get(asked.size() - 1).complete(stream);
            Answer.Streaming given = (Answer.Streaming) answers.get(answers.size() - 1);
            var gathered = given.gather(1, () -> {});
            var sent = given.sendTo(null);
            if (sentFirst) {
                stream.sending.complete(1L);
                retiring.close();
            } else {
                stream.gathering.complete(new Answer.Gathered.Larger(stream));
            }
            graceIsOver();
            assertEquals(0, closed);
            if (sentFirst) {
                stream.gathering.complete(new Answer.Gathered.Larger(stream));
            } else {
                stream.sending.complete(1L);
            }
            assertEquals(true, gathered.isComplete() && sent.isComplete());
        }
        graceIsOver();
        assertEquals(1, closed);
    }
}
