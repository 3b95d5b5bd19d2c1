package io.sluice.origin;

import io.vertx.core.Future;
import io.vertx.core.MultiMap;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What an origin said. */
public sealed interface Answer
        permits Answer.Whole, Answer.Wrote, Answer.Streaming, Answer.Failed, Answer.Refused, Answer.BadRequest {

    /** Head and body are here. Headers are end-to-end only. */
    record Whole(int status, MultiMap headers, Buffer body) implements Answer {}

    /**
     * Something was changed, and this is the answer.
     *
     * @param transaction the name that others hear of it under; null: not known
     * @param values by name: what the request gave. Values that are null are left out
     * @param columns of the row that was written, by name, as far as they have values
     * @param again whether it was done before, and this is what was answered then
     */
    record Wrote(
            Whole answer,
            @Nullable String transaction,
            Map<String, String> values,
            Map<String, String> columns,
            boolean again)
            implements Answer {
        /** What a name in a tag or a path means: what the request gave, else the column. */
        public @Nullable String value(String name) {
            String given = values.get(name);
            return given == null ? columns.get(name) : given;
        }
    }

    /**
     * The head is here; the body is still at the origin, paused. Of {@code sendTo}, {@code gather} and {@code discard} one is called,
     * once, on the event loop that gave the answer; after {@code gather}, before its end or after it, also {@code sendTo} or
     * {@code discard}.
     */
    non-sealed interface Streaming extends Answer {
        int status();

        /** End-to-end headers, {@code Content-Length} among them where the origin gave one. */
        MultiMap headers();

        /** Whether the origin agreed to another protocol (101, or 200 to CONNECT). */
        boolean switched();

        /**
         * Sends body and trailers to the client with backpressure; status and headers are already on
         * {@code client.response()}. A body that the origin broke off is broken off towards the client too.
         *
         * <p>While the body is gathered the client gets what came and what comes, at its own speed; its leaving, or a
         * {@code HEAD} or 304 that wants no body, does not stop the gathering. Once that has ended, by a body that is
         * larger or an origin that pauses for long, the rest passes as ever.
         *
         * @return done when the last byte is handed over and nothing is gathered any more, with the number of body
         *     bytes; failed when either side broke off
         */
        Future<Long> sendTo(HttpServerRequest client);

        /**
         * Reads the body whole, if it is at most {@code max} bytes, as fast as the origin sends it.
         *
         * @param large told at most once, before the end, that the body is longer than what is called small: 64 KiB
         * @return {@link Gathered.Whole}, or {@link Gathered.Larger} whose {@code sendTo} still sends all of it;
         *     failed when the origin broke off, sent less than it announced, or nothing more for as long as its head may take
         */
        Future<Gathered> gather(int max, Runnable large);

        /**
         * Ends the gathering that is under way: a client that is being sent the body goes on to be, and where nobody is yet the gathering
         * comes to {@link Gathered.Larger}.
         */
        void stopGathering();

        /** Gives the body up; one that is being gathered only as far as nobody is to be sent it. */
        void discard();
    }

    /** What gathering a body came to. */
    sealed interface Gathered {
        /**
         * @param body the whole body
         * @param trailers what came behind it, mostly nothing
         */
        record Whole(Buffer body, MultiMap trailers) implements Gathered {}

        /** More than wanted: go on with it as a stream. */
        record Larger(Streaming rest) implements Gathered {}
    }

    /**
     * The origin did not give an answer.
     *
     * @param detail for the log and the problem document: says what failed, never a secret, SQL or an address
     * @param retryAfterSeconds when it may be worth another try
     */
    record Failed(Reason reason, String detail, int retryAfterSeconds) implements Answer {
        public enum Reason {
            /** Refused, unreachable, closed, or its breaker is open: 503. */
            DOWN,
            /** Too slow: 504. */
            TIMEOUT,
            /** It answered what HTTP does not allow: 502. */
            BROKEN,
            /** Whether it did what was asked is not known: 503. */
            UNKNOWN,
            /** Our own waiting line is full: 503. */
            OVERLOADED,
            /** The client left before the answer: nobody's failure, and nobody is there to be told. */
            CLIENT_LEFT
        }
    }

    /**
     * A parameter's value does not fit; the origin was not asked: 400.
     *
     * @param parameter its name
     * @param detail what was expected
     */
    record BadRequest(String parameter, String detail) implements Answer {}

    /**
     * The request was understood and is not done: a condition that does not hold, a rule that it breaks. Nothing was changed.
     *
     * @param status from 400 to 499
     * @param detail says which rule, never a value, SQL or what another wrote
     * @param members more of the problem document, such as the constraint's name
     */
    record Refused(int status, String detail, Map<String, String> members) implements Answer {}
}
