package io.sluice.origin;

import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.operators.AbstractUni;
import io.smallrye.mutiny.subscription.UniSubscriber;
import io.smallrye.mutiny.subscription.UniSubscription;
import io.vertx.core.Future;
import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpServerRequest;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * An origin that a reload may drop: it is closed once no call is under way a while after that. The while is for requests
 * that were matched on the older table and still wait for their limits.
 */
public final class Retiring implements Origin {
    /** Seconds from its retirement, and between looks whether it is still in use: longer than a request waits for limits. */
    private static final long GRACE = 30;
    /** Where the count stands once the origin is closed: calls that still come leave it below zero. */
    private static final int CLOSED = Integer.MIN_VALUE;

    private final Origin origin;
    private final Executor later;
    private final AtomicInteger calls = new AtomicInteger();
    private final AtomicBoolean retired = new AtomicBoolean();

    public Retiring(Origin origin) {
        this(origin, CompletableFuture.delayedExecutor(GRACE, TimeUnit.SECONDS));
    }

    /** @param later runs a task after the grace period */
    Retiring(Origin origin, Executor later) {
        this.origin = origin;
        this.later = later;
    }

    @Override
    public Uni<Answer> ask(Call call) {
        return new Asking(this, call);
    }

    @Override
    public @Nullable Description describe() {
        return origin.describe();
    }

    /** Closes the origin once nothing uses it any more; a table that still names it must be out of use. */
    @Override
    public void close() {
        if (retired.compareAndSet(false, true)) {
            later.execute(this::look);
        }
    }

    private void look() {
        if (calls.compareAndSet(0, CLOSED)) {
            origin.close();
        } else {
            later.execute(this::look);
        }
    }

    private boolean entered() {
        return calls.incrementAndGet() > 0;
    }

    private void left() {
        calls.decrementAndGet();
    }

    /** One operator rather than a chain of them: this is on every request's way. */
    private static final class Asking extends AbstractUni<Answer> {
        private final Retiring retiring;
        private final Call call;

        Asking(Retiring retiring, Call call) {
            this.retiring = retiring;
            this.call = call;
        }

        @Override
        public void subscribe(UniSubscriber<? super Answer> subscriber) {
            if (retiring.entered()) {
                AbstractUni.subscribe(retiring.origin.ask(call), new Asked(retiring, subscriber));
            } else {
                Answer gone = new Answer.Failed(
                        Answer.Failed.Reason.DOWN, "the origin is no longer part of the configuration", 1);
                AbstractUni.subscribe(Uni.createFrom().item(gone), subscriber);
            }
        }
    }

    /** A call under way; true once it is answered, failed or cancelled. */
    private static final class Asked extends AtomicBoolean implements UniSubscriber<Answer>, UniSubscription {
        private static final long serialVersionUID = 1;

        private final transient Retiring retiring;
        private final transient UniSubscriber<? super Answer> downstream;
        private transient @Nullable UniSubscription upstream;

        Asked(Retiring retiring, UniSubscriber<? super Answer> downstream) {
            this.retiring = retiring;
            this.downstream = downstream;
        }

        @Override
        public io.smallrye.mutiny.Context context() {
            return downstream.context();
        }

        @Override
        public void onSubscribe(UniSubscription subscription) {
            upstream = subscription;
            downstream.onSubscribe(this);
        }

        @Override
        public void onItem(Answer answer) {
            boolean wanted = compareAndSet(false, true);
            if (answer instanceof Answer.Streaming streaming) {
                if (wanted) {
                    downstream.onItem(new Counted(streaming, retiring));
                } else {
                    streaming.discard();
                }
            } else if (wanted) {
                retiring.left();
                downstream.onItem(answer);
            }
        }

        @Override
        public void onFailure(Throwable failure) {
            if (compareAndSet(false, true)) {
                retiring.left();
                downstream.onFailure(failure);
            }
        }

        @Override
        public void cancel() {
            if (compareAndSet(false, true)) {
                retiring.left();
                if (upstream != null) {
                    upstream.cancel();
                }
            }
        }
    }

    /** Ends its call when the stream has been used up: sent, gathered, or both. Of one event loop. */
    private static final class Counted implements Answer.Streaming {
        private final Answer.Streaming stream;
        private final Retiring retiring;
        private boolean sending;
        private boolean gathering;
        private boolean ended;

        /** Whether it was gathered and turned out larger: then the rest is still to be used up. */
        private boolean open;

        Counted(Answer.Streaming stream, Retiring retiring) {
            this.stream = stream;
            this.retiring = retiring;
        }

        private void endUnlessUsed() {
            if (!ended && !sending && !gathering && !open) {
                ended = true;
                retiring.left();
            }
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
            sending = true;
            open = false;
            return stream.sendTo(client).onComplete(done -> {
                sending = false;
                endUnlessUsed();
            });
        }

        @Override
        public void stopGathering() {
            stream.stopGathering();
        }

        @Override
        public Future<Answer.Gathered> gather(int max, Runnable large) {
            gathering = true;
            open = true;
            return stream.gather(max, large)
                    .map(gathered -> {
                        gathering = false;
                        if (gathered instanceof Answer.Gathered.Larger) {
                            endUnlessUsed();
                            return new Answer.Gathered.Larger(this);
                        }
                        open = false;
                        endUnlessUsed();
                        return gathered;
                    })
                    .onFailure(broken -> {
                        gathering = false;
                        open = false;
                        endUnlessUsed();
                    });
        }

        @Override
        public void discard() {
            open = false;
            stream.discard();
            endUnlessUsed();
        }
    }
}
