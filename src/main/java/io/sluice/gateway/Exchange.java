package io.sluice.gateway;

import io.sluice.cache.CacheKey;
import io.sluice.limit.Verdict;
import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One request on its way through: its facts, read once and only when somebody asks. Belongs to one event loop. */
final class Exchange extends RequestSubject {
    final RoutePlan plan;

    @Nullable
    Verdict verdict;

    /** What the limits are owed at the end; null where nothing is. */
    private @Nullable Ending ending;

    /** What its answer is stored under, where its caller asked for that and may know; null: nobody is told. */
    @Nullable
    CacheKey shownKey;

    /** The place among those who wait for their turn; null on routes whose limits let nobody wait. */
    @Nullable
    Waiting waiting;

    private final InFlight inFlight;
    private boolean finished;

    Exchange(HttpServerRequest request, RoutePlan plan, Map<String, String> parameters, InFlight inFlight) {
        super(
                request,
                plan.clients,
                plan.route.name(),
                request.method().name(),
                WireRules.originForm(request.uri()),
                parameters);
        inFlight.begin();
        this.inFlight = inFlight;
        this.plan = plan;
    }

    /** Whether it came over TLS. Asked of the connection: the router would look for what proxies say first, which is not asked for here. */
    boolean isSecure() {
        return request.connection().isSsl();
    }

    /** Whether a body may follow: such a request is paused before anything asynchronous, or its first bytes are lost. */
    boolean mayHaveBody() {
        if (request.version() == HttpVersion.HTTP_2) {
            return !request.isEnded();
        }
        String length = request.getHeader(HttpHeaders.CONTENT_LENGTH);
        return (length != null && !length.equals("0")) || request.headers().contains(HttpHeaders.TRANSFER_ENCODING);
    }

    /**
     * Whether the head says that a body follows. HTTP/2 need not say so; what a GET or HEAD then still brings has no
     * meaning (RFC 9110 §9.3.1).
     */
    boolean announcesBody() {
        if (request.version() == HttpVersion.HTTP_2) {
            String length = request.getHeader(HttpHeaders.CONTENT_LENGTH);
            return length != null && !length.equals("0");
        }
        return mayHaveBody();
    }

    boolean isUpgrade() {
        return request.version() == HttpVersion.HTTP_1_1 && request.headers().contains(HttpHeaders.UPGRADE);
    }

    /** What the limits are owed at the end: at once where that is past, since a client may leave before they answer. */
    void owes(Ending owed) {
        if (finished) {
            owed.over();
        } else {
            ending = owed;
        }
    }

    boolean isSettledByAnswer() {
        return ending != null;
    }

    /** The head of the answer to this request as the origin sent it: what the request has cost may stand there. */
    void originSaid(MultiMap head) {
        Ending owed = ending;
        if (owed != null) {
            owed.said(name -> only(head, name));
        }
    }

    /** A value that comes twice says nothing; trailers come with the end, after the head was taken. */
    private @Nullable String only(MultiMap head, String name) {
        List<String> values = head.getAll(name);
        if (values.isEmpty() && request.response().headWritten()) {
            values = request.response().trailers().getAll(name);
        }
        return values.size() == 1 ? values.get(0) : null;
    }

    /** The answer is another request's: it costs the origin nothing. */
    void originSpared() {
        Ending owed = ending;
        if (owed != null) {
            owed.free();
        }
    }

    /** Whether the client is still there to be answered. */
    boolean open() {
        return !request.response().ended() && !request.response().closed();
    }

    /** Whether it is still among those who wait for their turn. */
    boolean isWaiting() {
        return waiting != null && waiting.counted();
    }

    /** Ends the exchange and writes its metrics, once. */
    void finished(int status) {
        if (!finished) {
            finished = true;
            Waiting place = waiting;
            if (place != null) {
                place.over();
            }
            Ending owed = ending;
            if (owed != null) {
                owed.over();
            }
            plan.meters.request(status);
            inFlight.end();
        }
    }
}
