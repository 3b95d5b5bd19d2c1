package io.sluice.origin.http;

import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * An HTTP origin as declared.
 *
 * @param route the route's name, for messages
 * @param url {@code http} or {@code https}, authority, and a base path to put before what came
 * @param timeout from the request's last byte (or, for a body that is still arriving, its latest one) to the response's head
 * @param strip a path prefix that is not forwarded, such as {@code /api}
 * @param setHeaders request headers set at the origin, by name
 * @param removeHeaders request headers the origin does not get
 * @param preserveHost whether the origin gets the client's {@code Host} instead of its own
 * @param connectTimeout to establish a connection
 * @param maxConnections at most, from this process; each event loop has an equal share of its own, rounded up and at
 *     least one, so that all the requests of one HTTP/2 connection have one share
 */
public record HttpSpec(
        String route,
        URI url,
        Duration timeout,
        @Nullable String strip,
        Map<String, String> setHeaders,
        List<String> removeHeaders,
        boolean preserveHost,
        Duration connectTimeout,
        int maxConnections) {
    public HttpSpec {
        setHeaders = Map.copyOf(setHeaders);
        removeHeaders = List.copyOf(removeHeaders);
    }
}
