package io.sluice.gateway;

import io.sluice.cache.Load;
import io.sluice.cache.Timer;
import io.sluice.origin.Answer;
import io.smallrye.mutiny.Uni;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import java.util.function.Function;

/**
 * An answer on its way to be stored: whole at once where it is small and quick, else its head first. Of one event loop.
 */
final class Arrival {
    /** µs that a body may take before its head is handed on without it. */
    private static final long PATIENCE = 50_000;

    private final Answer.Streaming answer;
    private final Function<Buffer, Load.Ended<Answer>> whole;
    private final Promise<Load<Answer>> first = Promise.promise();
    private final Promise<Load.Ended<Answer>> end = Promise.promise();

    private Arrival(Answer.Streaming answer, Function<Buffer, Load.Ended<Answer>> whole) {
        this.answer = answer;
        this.whole = whole;
    }

    /**
     * How answers are gathered.
     *
     * @param max the largest body, in bytes
     * @param deadline microseconds after which what comes would not be stored any more
     * @param loop where the answer is at home
     */
    record Terms(int max, long deadline, Timer timer, Context loop) {
        /** An origin that sends a little now and then is not read for ever on nobody's behalf. */
        private Future<Answer.Gathered> gather(Answer.Streaming answer, Runnable large) {
            Timer.Scheduled late = after(deadline, answer::stopGathering);
            return answer.gather(max, large).onComplete(done -> late.cancel());
        }

        private Timer.Scheduled after(long micros, Runnable task) {
            return timer.after(micros, () -> loop.runOnContext(here -> task.run()));
        }
    }

    /** @param whole what a whole body makes of the load */
    static Future<Load<Answer>> of(Answer.Streaming answer, Terms terms, Function<Buffer, Load.Ended<Answer>> whole) {
        Arrival arrival = new Arrival(answer, whole);
        Timer.Scheduled patience = terms.after(PATIENCE, arrival::head);
        ended(terms.gather(answer, arrival::head), arrival::arrived).onSuccess(ended -> {
            patience.cancel();
            arrival.first.tryComplete(ended);
            arrival.end.complete(ended);
        });
        return arrival.first.future();
    }

    /** The same for one that is handed on with its end, however long that takes. */
    static Future<Load.Ended<Answer>> whole(
            Answer.Streaming answer, Terms terms, Function<Buffer, Load.Ended<Answer>> whole) {
        return ended(terms.gather(answer, () -> {}), body -> whole.apply(body.body()));
    }

    private void head() {
        first.tryComplete(new Load.Arriving<>(
                answer, Uni.createFrom().completionStage(() -> end.future().toCompletionStage())));
    }

    /** What is stored has no trailers: only who is sent the answer itself gets them. */
    private Load.Ended<Answer> arrived(Answer.Gathered.Whole gathered) {
        if (!gathered.trailers().isEmpty()) {
            head();
        }
        return whole.apply(gathered.body());
    }

    /** A body that the origin breaks off is a failed load: never stored, and stale may stand in for it. */
    private static Future<Load.Ended<Answer>> ended(
            Future<Answer.Gathered> gathering, Function<Answer.Gathered.Whole, Load.Ended<Answer>> whole) {
        return gathering
                .map(gathered -> gathered instanceof Answer.Gathered.Larger larger
                        ? new Load.Passing<Answer>(larger.rest(), true, HttpLoader.TOO_LARGE)
                        : whole.apply((Answer.Gathered.Whole) gathered))
                .otherwise(broken -> new Load.Failed<>(
                        new Answer.Failed(Answer.Failed.Reason.BROKEN, "the origin broke its answer off", 1)));
    }
}
