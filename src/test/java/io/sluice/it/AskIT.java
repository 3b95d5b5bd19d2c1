package io.sluice.it;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.envoyproxy.envoy.config.core.v3.HeaderValue;
import io.envoyproxy.envoy.extensions.common.ratelimit.v3.RateLimitDescriptor;
import io.envoyproxy.envoy.service.ratelimit.v3.RateLimitRequest;
import io.envoyproxy.envoy.service.ratelimit.v3.RateLimitResponse;
import io.envoyproxy.envoy.service.ratelimit.v3.RateLimitResponse.Code;
import io.envoyproxy.envoy.service.ratelimit.v3.RateLimitServiceGrpc;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import io.sluice.demo.EmbeddedRedis;
import io.sluice.demo.Ports;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.core.net.SocketAddress;
import io.vertx.grpc.client.GrpcClient;
import io.vertx.grpc.client.GrpcClientChannel;
import java.io.IOException;
import java.net.ConnectException;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Whoever asks the packaged program about limits: a caller about its own, another gateway over HTTP and over gRPC. */
@SuppressWarnings("NullAway.Init")
class AskIT {
    private static final Upstream UPSTREAM = new Upstream((asked, wire) -> wire.ok("up"));
    private static final EmbeddedRedis REDIS = new EmbeddedRedis();
    private static final int GRPC = Ports.free();
    private static final HttpClient HTTP = HttpClient.newHttpClient();
    private static final String YAML = """
            clients: [header:X-Client, address]
            store: { deadline: 500ms }
            limits:
              per-client:  { algorithm: sliding-window, quota: 5, window: 1h, key: [client] }
              per-route:   { algorithm: token-bucket, quota: 10, window: 10s, burst: 20, key: [client, route] }
              per-item:    { algorithm: fixed-window, quota: 7, window: 1d, key: ["path:id"] }
              per-address: { algorithm: sliding-window, quota: 3, window: 1m, key: ["entry:remote_address"] }
              seldom:      { algorithm: fixed-window, quota: 20, window: 1h, key: ["header:X-Seldom"] }
              everyone:    { algorithm: fixed-window, quota: 100, window: 1h, key: [] }
              on-trial:    { algorithm: sliding-window, quota: 1, window: 1h, key: ["entry:user"], shadow: true }
              closing:     { algorithm: sliding-window, quota: 9, window: 1h, key: ["entry:user"], on-store-failure: closed }
            routes:
              one: { path: /one, limits: [per-client, per-route], http: { url: "%1$s" } }
              two: { path: /two, limits: [per-client, per-route], http: { url: "%1$s" } }
              asked: { path: /_sluice/quota, limits: [seldom] }
              item: { path: "/items/{id}", limits: [per-item], http: { url: "%1$s" } }
            domains:
              edge:
                - { match: [generic_key=api, remote_address], limits: [per-address] }
                - { match: [generic_key=vip, remote_address], limits: [everyone] }
                - { match: [user], limits: [on-trial], client: user }
                - { match: [user=closed], limits: [closing] }
            check: { token: "check-token" }
            auth: { token: "auth-token", limits: [per-client] }
            grpc: { port: %2$d }
            """.formatted(UPSTREAM.url(), GRPC);

    private static SluiceProcess sluice;
    private static Vertx vertx;
    private static RateLimitServiceGrpc.RateLimitServiceBlockingStub limits;

    @BeforeAll
    static void start() {
        sluice = SluiceProcess.setup(YAML).redis(REDIS.url()).start();
        vertx = Vertx.vertx();
        GrpcClientChannel channel =
                new GrpcClientChannel(GrpcClient.client(vertx), SocketAddress.inetSocketAddress(GRPC, "127.0.0.1"));
        limits = RateLimitServiceGrpc.newBlockingStub(channel);
        assertEquals(
                ServingStatus.SERVING,
                HealthGrpc.newBlockingStub(channel)
                        .check(HealthCheckRequest.newBuilder()
                                .setService(RateLimitServiceGrpc.SERVICE_NAME)
                                .build())
                        .getStatus());
        assertEquals(
                ServingStatus.SERVING,
                HealthGrpc.newBlockingStub(channel)
                        .check(HealthCheckRequest.getDefaultInstance())
                        .getStatus());
    }

    @AfterAll
    static void end() {
        sluice.close();
        vertx.close().toCompletionStage().toCompletableFuture().join();
        REDIS.close();
        UPSTREAM.close();
    }

    @Test
    void at_the_end_grpc_health_says_so_and_no_call_on_an_open_connection_is_lost() {
        int port = Ports.free();
        Vertx own = Vertx.vertx();
        try (SluiceProcess ending = SluiceProcess.setup(YAML.replace("port: " + GRPC, "port: " + port))
                .redis(REDIS.url())
                .start()) {
            GrpcClientChannel channel =
                    new GrpcClientChannel(GrpcClient.client(own), SocketAddress.inetSocketAddress(port, "127.0.0.1"));
            HealthGrpc.HealthBlockingStub health = HealthGrpc.newBlockingStub(channel);
            RateLimitServiceGrpc.RateLimitServiceBlockingStub calls = RateLimitServiceGrpc.newBlockingStub(channel);
            RateLimitRequest call = RateLimitRequest.newBuilder()
                    .setDomain("edge")
                    .addDescriptors(descriptor("user", "bob"))
                    .build();
            calls.shouldRateLimit(call);
            CompletableFuture<Integer> code = CompletableFuture.supplyAsync(ending::terminate);
            await().pollInterval(Duration.ofMillis(10))
                    .atMost(Duration.ofSeconds(5))
                    .until(() -> health.check(HealthCheckRequest.getDefaultInstance())
                                    .getStatus()
                            == ServingStatus.NOT_SERVING);
            int answered = 0;
            Status.Code last = Status.Code.OK;
            while (last == Status.Code.OK) {
                try {
                    calls.shouldRateLimit(call);
                    answered++;
                } catch (StatusRuntimeException e) {
                    last = e.getStatus().getCode();
                }
            }
            assertTrue(answered > 10, answered + " answered while it drained");
            // What failed came when no connection was taken any more: its client knows that it was not begun (RFC 9113
            // §6.8).
            assertTrue(List.of(Status.Code.UNAVAILABLE, Status.Code.UNKNOWN).contains(last), "last " + last);
            assertThrows(ConnectException.class, () -> new Socket("127.0.0.1", port).close());
            assertEquals(0, code.join());
        } finally {
            own.close().toCompletionStage().toCompletableFuture().join();
        }
    }

    private static JsonObject quota(String query, String client) {
        HttpResponse<String> response = sluice.get("/_sluice/quota" + query, "X-Client", client);
        assertEquals(200, response.statusCode(), response.body());
        assertEquals("no-store", response.headers().firstValue("Cache-Control").orElse(""));
        return new JsonObject(response.body());
    }

    private static @Nullable JsonObject limit(JsonObject quota, String name, String route) {
        return quota.getJsonArray("limits").stream()
                .map(JsonObject.class::cast)
                .filter(one -> one.getString("limit").equals(name))
                .filter(one -> one.getJsonArray("routes").contains(route))
                .findFirst()
                .orElse(null);
    }

    @Test
    void a_caller_sees_its_own_limits_and_spends_none_of_them() {
        for (int i = 0; i < 4; i++) {
            JsonObject quota = quota("", "quiet");
            assertEquals("header:X-Client=quiet", quota.getString("client"));
            JsonObject shared = limit(quota, "per-client", "one");
            assertNotNull(shared);
            assertEquals(5, shared.getInteger("remaining"));
            assertEquals(List.of("one", "two"), shared.getJsonArray("routes").getList());
            JsonObject own = limit(quota, "per-route", "two");
            assertNotNull(own);
            assertEquals(List.of("two"), own.getJsonArray("routes").getList());
            assertEquals(null, limit(quota, "per-item", "item"));
        }
        sluice.get("/one", "X-Client", "quiet");
        JsonObject after = quota("", "quiet");
        JsonObject shared = limit(after, "per-client", "one");
        assertNotNull(shared);
        assertEquals(4, shared.getInteger("remaining"));
        assertTrue(shared.getInteger("reset") > 3_000);
        JsonObject item = limit(quota("?path=/items/42", "quiet"), "per-item", "item");
        assertNotNull(item);
        assertEquals(7, item.getInteger("remaining"));
        assertEquals(400, sluice.get("/_sluice/quota?path=/nowhere").statusCode());
        assertEquals(400, sluice.get("/_sluice/quota?path=/a/../one").statusCode());
    }

    private static HttpResponse<String> check(String body, String... headers) throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(sluice.base() + "/_sluice/check"))
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .header("Content-Type", "application/json");
        if (headers.length > 0) {
            request.headers(headers);
        }
        return HTTP.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    private static HttpResponse<String> checked(String body) throws IOException, InterruptedException {
        return check(body, "Authorization", "Bearer check-token");
    }

    private static String api(String address, String hits) {
        return "{\"domain\":\"edge\",\"descriptors\":[{\"generic_key\":\"api\",\"remote_address\":\"" + address
                + "\"}],\"hits\":" + hits + "}";
    }

    @Test
    void check_decides_and_tells_the_headers() throws Exception {
        JsonObject first = new JsonObject(checked(api("192.0.2.1", "2")).body());
        assertTrue(first.getBoolean("allowed"));
        assertEquals("\"per-address\";q=3;w=60", first.getJsonObject("headers").getString("RateLimit-Policy"));
        assertEquals(1, first.getJsonArray("statuses").getJsonObject(0).getInteger("remaining"));
        HttpResponse<String> over = checked(api("192.0.2.1", "2"));
        assertEquals(200, over.statusCode());
        JsonObject second = new JsonObject(over.body());
        assertFalse(second.getBoolean("allowed"));
        assertNotNull(second.getJsonObject("headers").getString("Retry-After"));
        assertEquals(
                1,
                new JsonObject(checked(api("192.0.2.1", "0")).body())
                        .getJsonArray("statuses")
                        .getJsonObject(0)
                        .getInteger("remaining"));
    }

    @Test
    void many_checks_in_one_call_are_each_all_or_nothing() throws Exception {
        String batch = "{\"checks\":[" + api("192.0.2.2", "3") + "," + api("192.0.2.2", "1") + ","
                + api("192.0.2.3", "1") + "]}";
        JsonArray results = new JsonObject(checked(batch).body()).getJsonArray("results");
        assertEquals(3, results.size());
        assertTrue(results.getJsonObject(0).getBoolean("allowed"));
        assertFalse(results.getJsonObject(1).getBoolean("allowed"));
        assertTrue(results.getJsonObject(2).getBoolean("allowed"));
    }

    @Test
    void what_check_cannot_read_is_told_by_its_name_and_spends_nothing() throws Exception {
        for (String hits : List.of("-1", "1.5", "\"2\"", "4", "99999999999999999999")) {
            HttpResponse<String> response = checked(api("192.0.2.4", hits));
            assertEquals(400, response.statusCode(), hits);
            assertTrue(response.body().contains("hits"), response.body());
            assertEquals(
                    "application/problem+json",
                    response.headers().firstValue("Content-Type").orElse(""));
        }
        assertEquals(
                400,
                checked("{\"checks\":[" + api("192.0.2.4", "1") + "," + api("192.0.2.4", "-1") + "]}")
                        .statusCode());
        assertEquals(400, checked("nonsense").statusCode());
        assertEquals(400, checked("[]").statusCode());
        assertEquals(400, checked("{\"domain\":\"nowhere\",\"descriptors\":[]}").statusCode());
        assertEquals(
                400,
                checked("{\"domain\":\"edge\",\"descriptors\":[{\"x\":\"y\"}]}").statusCode());
        assertEquals(
                3,
                new JsonObject(checked(api("192.0.2.4", "0")).body())
                        .getJsonArray("statuses")
                        .getJsonObject(0)
                        .getInteger("remaining"));
    }

    @Test
    void check_and_auth_ask_for_their_tokens() throws Exception {
        assertEquals(401, check(api("192.0.2.5", "1")).statusCode());
        assertEquals(
                401,
                check(api("192.0.2.5", "1"), "Authorization", "Bearer auth-token")
                        .statusCode());
        assertEquals(401, sluice.get("/_sluice/auth").statusCode());
        assertEquals(
                401,
                sluice.get("/_sluice/auth", "X-Sluice-Token", "check-token").statusCode());
    }

    private static HttpResponse<String> auth(String uri, String client) {
        return sluice.get(
                "/_sluice/auth",
                "X-Sluice-Token",
                "auth-token",
                "X-Original-URI",
                uri,
                "X-Original-Method",
                "GET",
                "X-Client",
                client);
    }

    @Test
    void auth_answers_200_until_the_limit_and_then_403_with_all_that_a_429_needs() {
        for (int i = 0; i < 5; i++) {
            HttpResponse<String> response = auth("/elsewhere?x=1", "nginx");
            assertEquals(200, response.statusCode(), response.body());
            assertTrue(response.headers().firstValue("RateLimit").orElse("").contains("r=" + (4 - i)));
        }
        HttpResponse<String> over = auth("/elsewhere", "nginx");
        assertEquals(403, over.statusCode());
        assertEquals("limited", over.headers().firstValue("X-Sluice-Reason").orElse(""));
        assertTrue(over.headers().firstValue("Retry-After").isPresent());
        assertEquals(200, auth("/items/7", "nginx").statusCode(), "a route of the table has its own limits");
        for (String spelling : List.of("/a/../items/7", "/a/%2e%2e/items/7", "/%zz", "http://x/items/7")) {
            HttpResponse<String> malformed = auth(spelling, "nginx");
            assertEquals(403, malformed.statusCode(), spelling);
            assertEquals(
                    "malformed",
                    malformed.headers().firstValue("X-Sluice-Reason").orElse(""));
        }
    }

    private static RateLimitDescriptor descriptor(String... entries) {
        RateLimitDescriptor.Builder descriptor = RateLimitDescriptor.newBuilder();
        for (int i = 0; i < entries.length; i += 2) {
            descriptor.addEntries(
                    RateLimitDescriptor.Entry.newBuilder().setKey(entries[i]).setValue(entries[i + 1]));
        }
        return descriptor.build();
    }

    private static RateLimitResponse ask(int hits, RateLimitDescriptor... descriptors) {
        return limits.shouldRateLimit(RateLimitRequest.newBuilder()
                .setDomain("edge")
                .setHitsAddend(hits)
                .addAllDescriptors(List.of(descriptors))
                .build());
    }

    private static String header(RateLimitResponse response, String name) {
        return response.getResponseHeadersToAddList().stream()
                .filter(header -> header.getKey().equalsIgnoreCase(name))
                .map(HeaderValue::getValue)
                .findFirst()
                .orElse("");
    }

    @Test
    void over_grpc_a_status_comes_for_each_descriptor_and_all_are_decided_together() {
        RateLimitDescriptor api = descriptor("generic_key", "api", "remote_address", "192.0.2.10");
        RateLimitDescriptor vip = descriptor("generic_key", "vip", "remote_address", "192.0.2.10");
        RateLimitResponse first = ask(2, api, descriptor("unknown", "x"));
        assertEquals(Code.OK, first.getOverallCode());
        assertEquals(2, first.getStatusesCount());
        assertEquals(1, first.getStatuses(0).getLimitRemaining());
        assertEquals(3, first.getStatuses(0).getCurrentLimit().getRequestsPerUnit());
        assertEquals(
                RateLimitResponse.RateLimit.Unit.MINUTE,
                first.getStatuses(0).getCurrentLimit().getUnit());
        assertTrue(first.getStatuses(0).getDurationUntilReset().getSeconds() > 50);
        assertEquals(Code.OK, first.getStatuses(1).getCode());
        assertEquals("\"per-address\";q=3;w=60", header(first, "RateLimit-Policy"));

        RateLimitResponse before = ask(1, vip);
        RateLimitResponse over = ask(2, vip, api);
        assertEquals(Code.OVER_LIMIT, over.getOverallCode());
        assertEquals(
                List.of(Code.OK, Code.OVER_LIMIT),
                over.getStatusesList().stream()
                        .map(RateLimitResponse.DescriptorStatus::getCode)
                        .toList());
        assertFalse(header(over, "Retry-After").isEmpty());
        assertEquals(
                before.getStatuses(0).getLimitRemaining() - 1,
                ask(1, vip).getStatuses(0).getLimitRemaining(),
                "what was denied took nothing elsewhere");
    }

    @Test
    void over_grpc_hits_of_0_are_1_and_a_limit_on_trial_denies_nothing() {
        RateLimitDescriptor api = descriptor("generic_key", "api", "remote_address", "192.0.2.11");
        assertEquals(2, ask(0, api).getStatuses(0).getLimitRemaining());
        RateLimitDescriptor user = descriptor("user", "alice");
        assertEquals(Code.OK, ask(1, user).getOverallCode());
        assertEquals(Code.OK, ask(1, user).getOverallCode());
    }

    @Test
    void over_grpc_what_is_not_limited_is_ok_and_counted_and_no_domain_is_a_mistake() {
        assertEquals(
                Code.OK,
                limits.shouldRateLimit(RateLimitRequest.newBuilder()
                                .setDomain("nowhere")
                                .addDescriptors(descriptor("a", "b"))
                                .build())
                        .getOverallCode());
        assertTrue(sluice.management("/q/metrics").body().contains("sluice_descriptors_unmatched_total"));
        assertEquals(Status.Code.INVALID_ARGUMENT, refused(RateLimitRequest.getDefaultInstance()));
    }

    @Test
    void over_grpc_more_descriptors_than_one_call_takes_are_a_mistake() {
        RateLimitRequest.Builder many = RateLimitRequest.newBuilder().setDomain("edge");
        for (int i = 0; i < 101; i++) {
            many.addDescriptors(descriptor("a", "b" + i));
        }
        assertEquals(Status.Code.INVALID_ARGUMENT, refused(many.build()));
    }

    private static Status.@Nullable Code refused(RateLimitRequest request) {
        try {
            limits.shouldRateLimit(request);
            return null;
        } catch (StatusRuntimeException e) {
            return e.getStatus().getCode();
        }
    }

    @Test
    void a_body_that_is_too_large_or_of_unknown_length_is_refused_before_it_is_read() {
        String head = "POST /_sluice/check HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer check-token\r\n";
        assertEquals(
                413,
                Raw.once(sluice.port, head + "Content-Length: 1048577\r\n\r\n").status());
        assertEquals(
                411,
                Raw.once(sluice.port, head + "Transfer-Encoding: chunked\r\n\r\n")
                        .status());
    }

    @Test
    void no_spelling_of_an_endpoint_finds_a_way_around() {
        for (int i = 0; i < 20; i++) {
            assertEquals(200, sluice.get("/_sluice/quota", "X-Seldom", "s").statusCode());
        }
        assertEquals(429, sluice.get("/_sluice/quota", "X-Seldom", "s").statusCode());
        for (String path : List.of("/_sluice/quota;x=1", "/_sluice/quota;", "/_sluice/quota%3Bx", "/_sluice;x/quota")) {
            assertEquals(404, sluice.get(path, "X-Seldom", "s").statusCode(), path);
        }
        for (String path : List.of("/%5fsluice/quota", "//_sluice/quota", "/_sluice/./quota")) {
            int status = sluice.get(path, "X-Seldom", "s").statusCode();
            assertTrue(status == 404 || status == 400 || status == 429, path + ": " + status);
        }
    }
}
