package io.sluice.gateway;

import io.sluice.cache.CacheKey;
import io.sluice.cache.CachePolicy;
import io.sluice.cache.Near;
import io.sluice.cache.http.ByteRange;
import io.sluice.cache.http.CacheStatus;
import io.sluice.cache.http.HttpDate;
import io.sluice.limit.Decision;
import io.sluice.limit.Limit;
import io.sluice.limit.Verdict;
import io.sluice.origin.Answer;
import io.vertx.core.AsyncResult;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.MultiMap;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.http.HttpVersion;
import java.time.InstantSource;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Writes answers to the client. */
final class Responder {
    private static final CharSequence CACHE_STATUS = HttpHeaders.createOptimized("Cache-Status");
    private static final CharSequence VIA = HttpHeaders.createOptimized("Via");
    private static final CharSequence AGE = HttpHeaders.createOptimized("Age");
    private static final CharSequence PROBLEM = HttpHeaders.createOptimized(Problem.MEDIA_TYPE);
    private static final CharSequence NO_STORE = HttpHeaders.createOptimized("no-store");
    /** A refused request's body up to this length is read and dropped, so that the connection can go on. */
    private static final int DRAINED = 65_536;

    /** Nobody waits for the last byte of an answer from the cache: so no promise is made for it. */
    private static final @Nullable Handler<AsyncResult<Void>> UNHEARD = null;

    private final RateLimitFields fields;
    private final InstantSource clock;

    Responder(InstantSource clock) {
        this.clock = clock;
        this.fields = new RateLimitFields(clock);
    }

    /** Answers from an entry; all that is shown of it is here. */
    void entry(Exchange exchange, Near<Prepared> near, Shown shown, String cacheStatus, long nowNanos) {
        HttpServerResponse response = exchange.request.response();
        MultiMap headers = response.headers();
        if (shown.range() instanceof ByteRange.Unsatisfiable nothing) {
            headers.set(HttpHeaders.CONTENT_RANGE, nothing.contentRange());
            problem(exchange, Problems.NO_SUCH_RANGE, cacheStatus);
            return;
        }
        Prepared prepared = shown.prepared();
        int status = shown.status();
        if (status == 304) {
            prepared.writeNotModifiedTo(headers);
        } else if (shown.range() instanceof ByteRange.Part part) {
            status = 206;
            prepared.writePartTo(headers, part);
        } else {
            prepared.writeTo(headers);
        }
        response.setStatusCode(status);
        headers.set(AGE, Long.toString(near.ageSeconds(nowNanos)));
        cacheStatus(exchange, headers, cacheStatus);
        limits(exchange, headers);
        exchange.finished(status);
        if (status == 304 || exchange.request.method().equals(HttpMethod.HEAD)) {
            response.end(UNHEARD);
        } else {
            response.end(shown.body(), UNHEARD);
        }
    }

    /** Answers with what an origin said; {@code cacheStatus} is null on routes without a cache. */
    void answer(Exchange exchange, Answer answer, @Nullable String cacheStatus) {
        if (answer instanceof Answer.Streaming streaming) {
            stream(exchange, streaming, cacheStatus);
        } else if (answer instanceof Answer.Whole whole) {
            whole(exchange, whole, cacheStatus);
        } else if (answer instanceof Answer.Failed failed && failed.reason() == Answer.Failed.Reason.CLIENT_LEFT) {
            exchange.finished(499);
        } else if (answer instanceof Answer.Failed failed) {
            MultiMap headers = exchange.request.response().headers();
            headers.set(HttpHeaders.RETRY_AFTER, Integer.toString(Math.max(1, failed.retryAfterSeconds())));
            problem(exchange, Problems.of(failed), cacheStatus);
        } else if (answer instanceof Answer.Wrote wrote) {
            whole(exchange, wrote.answer(), cacheStatus);
        } else if (answer instanceof Answer.Refused refused) {
            problem(exchange, Problems.of(refused), cacheStatus);
        } else if (answer instanceof Answer.BadRequest bad) {
            problem(exchange, Problem.badParameter(bad.parameter(), bad.detail()), cacheStatus);
        }
    }

    /**
     * Answers with what is being read to be stored: all of it as it comes, or a head alone where that does, and then ends
     * the exchange no sooner than the reading, which is the origin's work for it.
     */
    void arriving(Exchange exchange, Answer answer, String cacheStatus) {
        if (!(answer instanceof Answer.Streaming streaming)) {
            answer(exchange, answer, cacheStatus);
        } else if (!exchange.open()) {
            exchange.originSaid(streaming.headers());
            streaming.sendTo(exchange.request).onComplete(done -> exchange.finished(499));
        } else if (streaming.status() == 200
                && Shown.notModified(
                        exchange,
                        streaming.headers().get(HttpHeaders.ETAG),
                        streaming.headers().get(HttpHeaders.LAST_MODIFIED),
                        streaming.headers().get(HttpHeaders.DATE))) {
            exchange.originSaid(streaming.headers());
            HttpServerResponse response = exchange.request.response();
            response.setStatusCode(304);
            Prepared.copyNotModified(streaming.headers(), response.headers());
            negotiated(exchange, streaming.headers(), response.headers());
            cacheStatus(exchange, response.headers(), cacheStatus);
            limits(exchange, response.headers());
            streaming.sendTo(exchange.request).onComplete(done -> exchange.finished(304));
        } else {
            negotiated(
                    exchange, streaming.headers(), exchange.request.response().headers());
            stream(exchange, streaming, cacheStatus);
        }
    }

    /** Who comes later may get it gzipped: a cache behind this one has to know (RFC 9110 §12.5.5). */
    private static void negotiated(Exchange exchange, MultiMap said, MultiMap headers) {
        CachePolicy policy = exchange.plan.route.cache();
        if (policy != null && policy.compress() && !said.contains(HttpHeaders.CONTENT_ENCODING)) {
            headers.add(HttpHeaders.VARY, HttpHeaders.ACCEPT_ENCODING);
        }
    }

    private void stream(Exchange exchange, Answer.Streaming streaming, @Nullable String cacheStatus) {
        exchange.originSaid(streaming.headers());
        if (!exchange.open()) {
            streaming.discard();
            exchange.finished(499);
            return;
        }
        HttpServerResponse response = exchange.request.response();
        response.setStatusCode(streaming.status());
        MultiMap headers = response.headers();
        headers.addAll(streaming.headers());
        if (!headers.contains(HttpHeaders.DATE)) {
            // RFC 9110 §6.6.1: a recipient with a clock adds one to what it forwards.
            headers.set(HttpHeaders.DATE, HttpDate.format(clock.millis()));
        }
        cacheStatus(exchange, headers, cacheStatus);
        limits(exchange, headers);
        int status = streaming.status();
        if (status == 400 || status == 414 || status == 431) {
            // Tells an origin's bare refusal from one of this server's own decoder.
            headers.add(VIA, "1.1 sluice");
        }
        streaming.sendTo(exchange.request).onComplete(done -> exchange.finished(status));
    }

    private void whole(Exchange exchange, Answer.Whole whole, @Nullable String cacheStatus) {
        exchange.originSaid(whole.headers());
        if (whole.status() == 404 && whole.body().length() == 0) {
            problem(exchange, Problems.NO_ROW, cacheStatus);
            return;
        }
        MultiMap headers = exchange.request.response().headers();
        headers.addAll(whole.headers());
        cacheStatus(exchange, headers, cacheStatus);
        limits(exchange, headers);
        body(exchange, whole.status(), whole.body());
    }

    /** What the first denying limit wants said, 429 and a problem document if it wants nothing, with what each limit says. */
    void denied(Exchange exchange, Verdict verdict) {
        MultiMap headers = exchange.request.response().headers();
        List<String> violated = fields.denied(verdict, headers);
        headers.set(HttpHeaders.CACHE_CONTROL, NO_STORE);
        int index = RateLimitFields.first(verdict);
        Limit limit = verdict.asks().get(index).limit();
        RefusalBody own = exchange.plan.body(limit);
        if (own == null) {
            problem(exchange, Problem.quotaExceeded(limit.refusal().status(), violated), null);
            return;
        }
        headers.set(HttpHeaders.CONTENT_TYPE, own.contentType());
        limits(exchange, headers);
        String text =
                own.fill(limit, (Decision.Denied) verdict.decisions().get(index), RateLimitFields.retryAfter(verdict));
        body(exchange, limit.refusal().status(), Buffer.buffer(text));
    }

    /** The service's own endpoint answers; it only needs the limits' headers. */
    void limitsOnly(Exchange exchange) {
        limits(exchange, exchange.request.response().headers());
    }

    void problem(Exchange exchange, Problem problem, @Nullable String cacheStatus) {
        HttpServerResponse response = exchange.request.response();
        MultiMap headers = response.headers();
        headers.set(HttpHeaders.CONTENT_TYPE, PROBLEM);
        cacheStatus(exchange, headers, cacheStatus);
        limits(exchange, headers);
        body(exchange, problem.status(), Buffer.buffer(problem.json()));
    }

    /** Refuses what never became an exchange. */
    static void refuse(io.vertx.core.http.HttpServerRequest request, Problem problem, boolean close) {
        HttpServerResponse response = request.response();
        response.setStatusCode(problem.status());
        response.putHeader(HttpHeaders.CONTENT_TYPE, PROBLEM);
        Buffer body = Buffer.buffer(problem.json());
        response.putHeader(HttpHeaders.CONTENT_LENGTH, Integer.toString(body.length()));
        if (close && request.version() != HttpVersion.HTTP_2) {
            response.putHeader(HttpHeaders.CONNECTION, HttpHeaders.CLOSE);
            var connection = request.connection();
            response.end(body).onComplete(done -> connection.close());
        } else if (request.method().equals(HttpMethod.HEAD)) {
            response.end();
        } else {
            response.end(body);
        }
    }

    private void body(Exchange exchange, int status, Buffer body) {
        if (!exchange.open()) {
            exchange.finished(499);
            return;
        }
        HttpServerResponse response = exchange.request.response();
        response.setStatusCode(status);
        boolean closing = exchange.mayHaveBody() && dropBody(exchange);
        if (closing) {
            response.putHeader(HttpHeaders.CONNECTION, HttpHeaders.CLOSE);
        }
        boolean bodiless = status == 204 || status == 304;
        if (!bodiless) {
            response.putHeader(HttpHeaders.CONTENT_LENGTH, Integer.toString(body.length()));
        }
        Future<Void> end =
                bodiless || exchange.request.method().equals(HttpMethod.HEAD) ? response.end() : response.end(body);
        exchange.finished(status);
        if (closing) {
            end.onComplete(done -> exchange.request.connection().close());
        }
    }

    /**
     * Answers without having read the body: a small one is read and dropped, a large or unknown one costs an HTTP/1
     * connection (RFC 9112 §9.3), and so does one that the client holds back until it is told to send it.
     *
     * @return whether the connection must be closed
     */
    private static boolean dropBody(Exchange exchange) {
        exchange.request.resume();
        if (exchange.request.version() == HttpVersion.HTTP_2) {
            return false;
        }
        String length = exchange.request.getHeader(HttpHeaders.CONTENT_LENGTH);
        boolean small = length != null && length.length() < 7 && Integer.parseInt(length) <= DRAINED;
        return !small || exchange.request.headers().contains(HttpHeaders.EXPECT);
    }

    private void limits(Exchange exchange, MultiMap headers) {
        Verdict verdict = exchange.verdict;
        if (verdict != null) {
            fields.write(verdict, exchange.plan.headers, headers, exchange.plan.policy(verdict, fields));
        }
    }

    private static void cacheStatus(Exchange exchange, MultiMap headers, @Nullable String cacheStatus) {
        if (cacheStatus != null) {
            CacheKey key = exchange.shownKey;
            headers.add(
                    CACHE_STATUS,
                    key == null ? cacheStatus : CacheStatus.withKey(cacheStatus, key.route() + ' ' + key.text()));
        }
    }
}
