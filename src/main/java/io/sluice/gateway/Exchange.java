package io.sluice.gateway;

import io.netty.handler.codec.http.QueryStringDecoder;
import io.netty.handler.codec.http.cookie.Cookie;
import io.netty.handler.codec.http.cookie.ServerCookieDecoder;
import io.sluice.client.AddressPrefix;
import io.sluice.client.Caller;
import io.sluice.client.Facts;
import io.sluice.limit.Subject;
import io.sluice.limit.Verdict;
import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One request on its way through: its facts, read once and only when somebody asks. Belongs to one event loop. */
final class Exchange implements Facts, Subject {
    final HttpServerRequest request;
    final RoutePlan plan;
    final Map<String, String> parameters;
    final String uri;

    @Nullable
    Verdict verdict;

    private @Nullable String peer;
    private @Nullable Caller caller;
    private @Nullable Map<String, List<String>> queries;
    /** What the limits are owed at the end; null where nothing is. */
    private @Nullable Ending ending;

    /** The place among those who wait for their turn; null on routes whose limits let nobody wait. */
    @Nullable
    Waiting waiting;

    private final InFlight inFlight;
    private boolean finished;

    Exchange(HttpServerRequest request, RoutePlan plan, Map<String, String> parameters, InFlight inFlight) {
        inFlight.begin();
        this.inFlight = inFlight;
        this.request = request;
        this.plan = plan;
        this.parameters = parameters;
        this.uri = WireRules.originForm(request.uri());
    }

    Caller caller() {
        Caller known = caller;
        if (known == null) {
            known = plan.clients.identify(this);
            caller = known;
        }
        return known;
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

    @Override
    public String peer() {
        String known = peer;
        if (known == null) {
            String address = request.remoteAddress().hostAddress();
            // a Unix domain socket has no address
            known = address == null ? "0.0.0.0" : address;
            peer = known;
        }
        return known;
    }

    @Override
    public List<String> headers(String name) {
        return request.headers().getAll(name);
    }

    @Override
    public List<String> queries(String name) {
        Map<String, List<String>> known = queries;
        if (known == null) {
            known = decode(WireRules.query(uri));
            queries = known;
        }
        return known.getOrDefault(name, List.of());
    }

    private static Map<String, List<String>> decode(String query) {
        if (query.isEmpty()) {
            return Map.of();
        }
        try {
            return new QueryStringDecoder(query, false).parameters();
        } catch (IllegalArgumentException broken) {
            return Map.of();
        }
    }

    @Override
    public List<String> cookies(String name) {
        List<String> values = new ArrayList<>(1);
        // HTTP/2 clients may send one line per cookie (RFC 9113 §8.2.3), and a name that comes twice must be seen
        // twice.
        for (String line : request.headers().getAll(HttpHeaders.COOKIE)) {
            for (Cookie cookie : ServerCookieDecoder.LAX.decodeAll(line)) {
                if (cookie.name().equals(name)) {
                    values.add(cookie.value());
                }
            }
        }
        return values;
    }

    @Override
    public String client() {
        return caller().client();
    }

    @Override
    public String route() {
        return plan.route.name();
    }

    @Override
    public String method() {
        return request.method().name();
    }

    @Override
    public String address(int prefix) {
        return AddressPrefix.keep(caller().address(), prefix);
    }

    @Override
    public @Nullable String header(String name) {
        List<String> lines = request.headers().getAll(name);
        return lines.isEmpty() ? null : lines.size() == 1 ? lines.get(0) : String.join(", ", lines);
    }

    @Override
    public @Nullable String query(String name) {
        List<String> values = queries(name);
        return values.isEmpty() ? null : values.size() == 1 ? values.get(0) : String.join(",", values);
    }

    @Override
    public @Nullable String cookie(String name) {
        List<String> values = cookies(name);
        return values.isEmpty() ? null : values.size() == 1 ? values.get(0) : String.join(";", values);
    }

    @Override
    public @Nullable String path(String name) {
        return parameters.get(name);
    }

    @Override
    public @Nullable String claim(String name) {
        return plan.clients.claim(this, name);
    }

    @Override
    public @Nullable String entry(String name) {
        return null;
    }
}
