package io.sluice.gateway;

import io.netty.handler.codec.http.QueryStringDecoder;
import io.netty.handler.codec.http.cookie.Cookie;
import io.netty.handler.codec.http.cookie.ServerCookieDecoder;
import io.sluice.client.AddressPrefix;
import io.sluice.client.Caller;
import io.sluice.client.ClientNamer;
import io.sluice.client.Facts;
import io.sluice.limit.Subject;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.SocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The facts of one request, read once and only when somebody asks. Belongs to one event loop. */
public class RequestSubject implements Facts, Subject, CacheKeys.Given {
    final HttpServerRequest request;
    final Map<String, String> parameters;
    final String uri;
    private final ClientNamer clients;
    private final String route;
    private final String method;
    private @Nullable String peer;
    private @Nullable Caller caller;
    private @Nullable String client;
    private @Nullable Map<String, List<String>> queries;
    private boolean undecodable;

    /**
     * @param method and the rest may be those of a request that another gateway asks for
     * @param uri in origin form
     * @param parameters of the route's path
     */
    public RequestSubject(
            HttpServerRequest request,
            ClientNamer clients,
            String route,
            String method,
            String uri,
            Map<String, String> parameters) {
        this.request = request;
        this.clients = clients;
        this.route = route;
        this.method = method;
        this.uri = uri;
        this.parameters = parameters;
    }

    public Caller caller() {
        Caller known = caller;
        if (known == null) {
            known = clients.identify(this);
            caller = known;
        }
        return known;
    }

    @Override
    public String peer() {
        String known = peer;
        if (known == null) {
            // Of the connection: the router would look first for what proxies say.
            known = address(request.connection().remoteAddress());
            peer = known;
        }
        return known;
    }

    private static String address(@Nullable SocketAddress of) {
        if (of == null) {
            // The client left before anybody asked. Not as those of a socket below, who may be trusted.
            return "::";
        }
        String address = of.hostAddress();
        // a Unix domain socket has no address
        return address == null ? "0.0.0.0" : address;
    }

    @Override
    public List<String> headers(String name) {
        return request.headers().getAll(name);
    }

    @Override
    public List<String> queries(String name) {
        return queries().getOrDefault(name, List.of());
    }

    @Override
    public String asked() {
        return WireRules.path(uri);
    }

    @Override
    public int queryNames() {
        queries();
        return undecodable ? -1 : queries().size();
    }

    private Map<String, List<String>> queries() {
        Map<String, List<String>> known = queries;
        if (known == null) {
            Map<String, List<String>> decoded = decode(WireRules.query(uri));
            undecodable = decoded == null;
            known = decoded == null ? Map.of() : decoded;
            queries = known;
        }
        return known;
    }

    /** All values of each parameter of a query; null where the query cannot be decoded. */
    static @Nullable Map<String, List<String>> decode(String query) {
        if (query.isEmpty()) {
            return Map.of();
        }
        try {
            // With its mark: without, another one at its begin would be taken for that, and the origin reads it as a
            // part of a name.
            return new QueryStringDecoder('?' + query, false).parameters();
        } catch (IllegalArgumentException broken) {
            return null;
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

    /** Mostly told by what the request carries: its address is then worked out only where somebody asks for it. */
    @Override
    public String client() {
        String known = client;
        if (known == null) {
            Caller whole = caller;
            String carried = whole == null ? clients.carried(this) : whole.client();
            known = carried == null ? caller().client() : carried;
            client = known;
        }
        return known;
    }

    @Override
    public String route() {
        return route;
    }

    @Override
    public String method() {
        return method;
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
        return clients.claim(this, name);
    }

    @Override
    public @Nullable String entry(String name) {
        return null;
    }
}
