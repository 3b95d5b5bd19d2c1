package io.sluice.origin;

import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One question to an origin.
 *
 * @param method the method to use
 * @param uri path and query exactly as they came, in origin form
 * @param headers the client's headers (not to be changed; hop-by-hop ones are still there)
 * @param pathParameters decoded values of the route's path parameters
 * @param peer the caller as the gateway knows it
 * @param client the live request whose body is to be streamed (paused), and whose upgrade and departure matter; null for
 *     a load that outlives who asks for it
 * @param caller the name that the gateway knows the client by; empty: it did not look
 * @param identity null: that of the origin's own configuration
 * @param condition null: none
 * @param listener the request that interim responses are for, as long as nothing else was sent for it; null for none
 */
public record Call(
        HttpMethod method,
        String uri,
        MultiMap headers,
        Map<String, String> pathParameters,
        Peer peer,
        @Nullable HttpServerRequest client,
        @Nullable HttpServerRequest listener,
        String caller,
        @Nullable Identity identity,
        @Nullable Condition condition) {

    /** As whoever asks, whatever there is now. */
    public Call(
            HttpMethod method,
            String uri,
            MultiMap headers,
            Map<String, String> pathParameters,
            Peer peer,
            @Nullable HttpServerRequest client,
            @Nullable HttpServerRequest listener) {
        this(method, uri, headers, pathParameters, peer, client, listener, "", null, null);
    }

    /** Whose body is streamed is told what comes before the answer. */
    public Call(
            HttpMethod method,
            String uri,
            MultiMap headers,
            Map<String, String> pathParameters,
            Peer peer,
            @Nullable HttpServerRequest client) {
        this(method, uri, headers, pathParameters, peer, client, client);
    }

    /**
     * As whom an origin is to act that tells its callers apart by more than their headers.
     *
     * @param role null: its own
     * @param claims of the caller's token, as a JSON object
     */
    public record Identity(@Nullable String role, String claims) {}

    /** What must hold before a request changes anything (RFC 9110 §13.1). */
    @FunctionalInterface
    public interface Condition {
        /** @param representation what a read would answer now; null: nothing is there */
        boolean holds(byte @Nullable [] representation);
    }

    /** The call with more of its caller. */
    public Call as(String name, @Nullable Identity who, @Nullable Condition when) {
        return new Call(method, uri, headers, pathParameters, peer, client, listener, name, who, when);
    }

    /**
     * Who called, for {@code X-Forwarded-*} and {@code Forwarded}.
     *
     * @param address the address of the connection's other end
     * @param trusted whether that is a trusted proxy, so that what it says of earlier hops is passed on
     * @param scheme the scheme the client used: {@code http} or {@code https}
     * @param host the authority the client asked for
     */
    public record Peer(String address, boolean trusted, String scheme, String host) {}
}
