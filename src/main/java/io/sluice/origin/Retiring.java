package io.sluice.origin;

import io.smallrye.mutiny.Uni;
import io.vertx.core.Future;
import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpServerRequest;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/** An origin that a reload may drop: it is closed when the last call that it was asked before has ended. */
public final class Retiring implements Origin {
    private final Origin origin;
    private final AtomicInteger calls = new AtomicInteger(1);
    private final AtomicBoolean retired = new AtomicBoolean();

    public Retiring(Origin origin) {
        this.origin = origin;
    }

    @Override
    public Uni<Answer> ask(Call call) {
        calls.incrementAndGet();
        AtomicBoolean open = new AtomicBoolean(true);
        return origin.ask(call)
                .map(answer -> answer instanceof Answer.Streaming streaming ? new Counted(streaming, open) : answer)
                .onTermination()
                .invoke((answer, failure, cancelled) -> {
                    if (!(answer instanceof Answer.Streaming)) {
                        end(open);
                    }
                });
    }

    /** Closes the origin once nothing uses it any more; a table that still names it must be out of use. */
    @Override
    public void close() {
        if (retired.compareAndSet(false, true)) {
            left();
        }
    }

    private void end(AtomicBoolean open) {
        if (open.compareAndSet(true, false)) {
            left();
        }
    }

    private void left() {
        if (calls.decrementAndGet() == 0) {
            origin.close();
        }
    }

    /** Ends its call when the stream has been used up. */
    private final class Counted implements Answer.Streaming {
        private final Answer.Streaming stream;
        private final AtomicBoolean open;

        Counted(Answer.Streaming stream, AtomicBoolean open) {
            this.stream = stream;
            this.open = open;
        }

        @Override
        public int status() {
            return stream.status();
        }

        @Override
        public MultiMap headers() {
            return stream.headers();
        }

        @Override
        public boolean switched() {
            return stream.switched();
        }

        @Override
        public Future<Long> sendTo(HttpServerRequest client) {
            return stream.sendTo(client).onComplete(done -> end(open));
        }

        @Override
        public Future<Answer.Gathered> gather(int max) {
            return stream.gather(max)
                    .map(gathered -> {
                        if (gathered instanceof Answer.Gathered.Larger larger) {
                            return new Answer.Gathered.Larger(new Counted(larger.rest(), open));
                        }
                        end(open);
                        return gathered;
                    })
                    .onFailure(broken -> end(open));
        }

        @Override
        public void discard() {
            stream.discard();
            end(open);
        }
    }
}
