package io.sluice.origin.http;

import io.sluice.origin.Answer;
import io.sluice.origin.Answer.Failed.Reason;
import io.sluice.origin.Breaker;
import io.sluice.origin.Call;
import io.smallrye.mutiny.subscription.UniEmitter;
import io.vertx.core.AsyncResult;
import io.vertx.core.Handler;
import io.vertx.core.MultiMap;
import io.vertx.core.http.ConnectionPoolTooBusyException;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpClosedException;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.http.RequestOptions;
import java.io.IOException;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** One call on its way to the origin, up to the head of the answer. Of one event loop. */
final class Exchange extends Deadlines.Waiting implements Handler<AsyncResult<HttpClientRequest>> {
    /** RFC 9110 section 9.2.2; without a body they may be sent again after a connection that had gone stale. */
    private static final Set<HttpMethod> IDEMPOTENT = Set.of(
            HttpMethod.GET, HttpMethod.HEAD, HttpMethod.OPTIONS, HttpMethod.TRACE, HttpMethod.PUT, HttpMethod.DELETE);

    private static final Handler<Throwable> HEARD_ELSEWHERE = problem -> {};

    private final Lane lane;
    private final Breaker breaker;
    private final String uri;
    private final Call call;
    private final UniEmitter<? super Answer> emitter;
    private @Nullable HttpClientRequest request;
    private @Nullable Upload upload;
    private boolean upgrade;
    private boolean done;
    private boolean retried;
    private boolean counted;

    Exchange(Lane lane, Breaker breaker, String uri, Call call, UniEmitter<? super Answer> emitter) {
        this.lane = lane;
        this.breaker = breaker;
        this.uri = uri;
        this.call = call;
        this.emitter = emitter;
    }

    static Answer.Failed down(String detail) {
        return new Answer.Failed(Reason.DOWN, detail, 1);
    }

    void start() {
        emitter.onTermination(this::abandon);
        HttpServerRequest client = call.client();
        if (client != null) {
            if (client.response().closed()) {
                clientLeft();
                return;
            }
            client.response().exceptionHandler(gone -> clientLeft());
        }
        lane.deadlines.start(this);
        connect();
    }

    private void connect() {
        lane.client
                .request(new RequestOptions()
                        .setServer(lane.server)
                        .setHost(lane.hostname)
                        .setPort(lane.server.port())
                        .setMethod(call.method())
                        .setURI(uri))
                .onComplete(this);
    }

    @Override
    public void handle(AsyncResult<HttpClientRequest> connected) {
        if (connected.failed()) {
            if (!done) {
                notConnected(connected.cause());
            } else if (!(connected.cause() instanceof ConnectionPoolTooBusyException)
                    && !(connected.cause() instanceof HttpClosedException)) {
                unreached();
            }
            return;
        }
        HttpClientRequest ready = connected.result();
        ready.exceptionHandler(HEARD_ELSEWHERE);
        if (done) {
            ready.reset();
            return;
        }
        request = ready;
        ready.response().onComplete(this::answered);
        try {
            MultiMap fields = ready.headers();
            lane.headers.copy(call, fields);
            send(ready, fields);
        } catch (IllegalArgumentException unwritable) {
            // HTTP/2 lets through what HTTP/1.1 has no way to write.
            broken("the request cannot be written in HTTP/1.1");
        }
    }

    private void notConnected(Throwable problem) {
        if (problem instanceof ConnectionPoolTooBusyException) {
            answer(new Answer.Failed(Reason.OVERLOADED, "too many requests wait for the origin", 1));
        } else if (problem instanceof HttpClosedException && !retried) {
            // Closed between the pool and us: nothing was sent, so any request may be sent elsewhere.
            retried = true;
            connect();
        } else {
            unreached();
            answer(down("the origin cannot be reached"));
        }
    }

    /** The origin was not reached, or said nothing in time: counted once for each call. */
    private void unreached() {
        if (!counted) {
            counted = true;
            breaker.failed();
        }
    }

    private void send(HttpClientRequest to, MultiMap fields) {
        HttpServerRequest listener = call.listener();
        if (listener != null && listener.version() != HttpVersion.HTTP_1_0) {
            to.earlyHintsHandler(hints -> earlyHints(listener.response(), hints));
        }
        HttpServerRequest client = call.client();
        if (client == null) {
            Upload.end(to);
            return;
        }
        MultiMap theirs = call.headers();
        if (upgradeWanted(client, theirs)) {
            upgrade = true;
            fields.set(HttpHeaders.CONNECTION, "Upgrade");
            fields.set(HttpHeaders.UPGRADE, String.join(", ", theirs.getAll(HttpHeaders.UPGRADE)));
            to.connect();
            return;
        }
        if (upload == null && Upload.expected(client, theirs)) {
            upload = new Upload(client, to, this::progress, this::clientLeft);
            upload.start(theirs, fields);
            return;
        }
        if (theirs.contains(HttpHeaders.CONTENT_LENGTH)) {
            fields.set(HttpHeaders.CONTENT_LENGTH, "0");
        }
        Upload.end(to);
    }

    /** Some of the body passed; once the head is here its deadline is over. */
    private void progress() {
        if (!done) {
            lane.deadlines.start(this);
        }
    }

    private boolean upgradeWanted(HttpServerRequest client, MultiMap theirs) {
        return client.version() == HttpVersion.HTTP_1_1
                && call.method().equals(HttpMethod.GET)
                && theirs.contains(HttpHeaders.UPGRADE)
                && HeaderNames.holds(theirs.getAll(HttpHeaders.CONNECTION), "upgrade")
                && !HeaderNames.holds(theirs.getAll(HttpHeaders.UPGRADE), "h2c");
    }

    private void earlyHints(HttpServerResponse listener, MultiMap hints) {
        if (!done && !listener.headWritten() && !listener.ended() && !listener.closed()) {
            listener.writeEarlyHints(ResponseHeaders.hints(hints));
        }
    }

    private void answered(AsyncResult<HttpClientResponse> head) {
        if (head.succeeded()) {
            breaker.succeeded();
        }
        if (done) {
            if (head.succeeded()) {
                head.result().exceptionHandler(HEARD_ELSEWHERE);
            }
            return;
        }
        if (head.failed()) {
            failed(head.cause());
            return;
        }
        HttpClientResponse response = head.result();
        response.exceptionHandler(HEARD_ELSEWHERE);
        int status = response.statusCode();
        boolean switched = status == 101;
        List<String> coding = response.headers().getAll(HttpHeaders.TRANSFER_ENCODING);
        if (status < 100 || status > 999 || switched && !upgrade) {
            broken("the origin answered with a status that HTTP does not have here");
        } else if (!coding.isEmpty() && !(coding.size() == 1 && coding.get(0).equalsIgnoreCase("chunked"))) {
            broken("the origin answered in a transfer coding that nobody asked for");
        } else {
            answer(new HttpStreaming(response, call.method(), switched, upgrade && !switched, upload, lane.deadlines));
        }
    }

    private void failed(Throwable problem) {
        boolean closed = problem instanceof HttpClosedException || problem instanceof IOException;
        HttpClientRequest sent = request;
        if (closed && !retried && upload == null && !upgrade && sent != null && IDEMPOTENT.contains(call.method())) {
            if (Lane.used(sent.connection())) {
                retried = true;
                request = null;
                connect();
                return;
            }
        }
        if (closed) {
            answer(down("the origin closed the connection before it answered"));
        } else {
            broken("the origin's answer is not HTTP");
        }
    }

    private void broken(String detail) {
        answer(new Answer.Failed(Reason.BROKEN, detail, 0));
        reset();
    }

    @Override
    void expired() {
        if (request == null && !lane.connected()) {
            unreached();
            answer(down("the origin could not be reached in time"));
        } else if (request == null) {
            answer(new Answer.Failed(Reason.OVERLOADED, "no connection to the origin became free in time", 1));
        } else {
            if (upload == null || upload.complete()) {
                unreached();
            }
            answer(new Answer.Failed(Reason.TIMEOUT, "the origin did not answer in time", 1));
            reset();
        }
    }

    private void clientLeft() {
        if (!done) {
            answer(new Answer.Failed(Reason.CLIENT_LEFT, "the client left", 0));
            reset();
        }
    }

    /** Nobody wants the answer any more. */
    private void abandon() {
        if (!done) {
            done = true;
            lane.deadlines.stop(this);
            reset();
        }
    }

    private void reset() {
        if (upload != null) {
            upload.stop();
        }
        if (request != null) {
            request.reset();
        }
    }

    private void answer(Answer answer) {
        done = true;
        lane.deadlines.stop(this);
        emitter.complete(answer);
    }
}
