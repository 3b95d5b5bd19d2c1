package io.sluice.gateway;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.sluice.client.Cidr;
import io.sluice.client.ClientNamer;
import io.sluice.client.ClientSource;
import io.sluice.client.TrustedProxies;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.SocketAddress;
import java.lang.reflect.Proxy;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class RequestSubjectTest {
    /** @param from null: the connection is closed, and nobody asked before */
    private static RequestSubject subject(@Nullable SocketAddress from) {
        HttpConnection connection =
                proxy(HttpConnection.class, method -> method.equals("remoteAddress") ? from : refused(method));
        HttpServerRequest request = proxy(HttpServerRequest.class, method -> switch (method) {
            case "connection" -> connection;
            case "headers" -> HttpHeaders.headers().add("X-Forwarded-For", "192.0.2.7");
            default -> refused(method);
        });
        ClientNamer clients = new ClientNamer(
                List.of(new ClientSource.Address()), new TrustedProxies(List.of(Cidr.parse("0.0.0.0/32"))));
        return new RequestSubject(request, clients, "r", "GET", "/", Map.of());
    }

    private static Object refused(String method) {
        throw new UnsupportedOperationException(method);
    }

    private static <T> T proxy(Class<T> type, Function<String, @Nullable Object> answers) {
        return type.cast(Proxy.newProxyInstance(
                type.getClassLoader(),
                new Class<?>[] {type},
                (proxy, method, given) -> answers.apply(method.getName())));
    }

    @Test
    void a_peer_is_named_by_its_address() {
        assertEquals(
                "192.0.2.1",
                subject(SocketAddress.inetSocketAddress(4711, "192.0.2.1")).peer());
    }

    @Test
    void a_client_that_left_before_it_was_looked_at_is_one_of_no_address_and_nobody_who_is_trusted() {
        assertEquals("::", subject(null).peer());
        assertEquals("::", subject(null).caller().address());
    }

    @Test
    void who_comes_by_a_socket_of_this_machine_has_an_address_that_can_be_trusted() {
        SocketAddress socket = SocketAddress.domainSocketAddress("/run/sluice");
        assertEquals("0.0.0.0", subject(socket).peer());
        assertEquals("192.0.2.7", subject(socket).caller().address());
    }
}
