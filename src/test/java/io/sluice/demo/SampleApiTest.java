package io.sluice.demo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class SampleApiTest {
    private final SampleApi api = new SampleApi();
    private final HttpClient client = HttpClient.newHttpClient();

    @AfterEach
    void stop() {
        api.close();
    }

    @Test
    void each_answer_tells_how_many_came_before_it() throws Exception {
        assertTrue(get("/api/rates").body().endsWith("\"served\":1}"));
        assertTrue(get("/api/rates").body().endsWith("\"served\":2}"));
        assertTrue(get("/api/cart").body().endsWith("\"served\":1}"));
    }

    @Test
    void its_cache_control_differs_by_endpoint() throws Exception {
        assertEquals("max-age=30", cacheControl(get("/api/rates")));
        assertEquals("max-age=60", cacheControl(get("/api/reports/today")));
        assertEquals("no-store", cacheControl(get("/api/cart")));
    }

    @Test
    void the_echo_is_the_request_as_json() throws Exception {
        HttpRequest request = HttpRequest.newBuilder(URI.create(api.url() + "/echo/a%2Fb?c=d"))
                .header("X-Quote", "a \"b\" \\")
                .POST(HttpRequest.BodyPublishers.ofString("line\n\u0001 é"))
                .build();

        String body = client.send(request, HttpResponse.BodyHandlers.ofString()).body();

        assertTrue(body.startsWith("{\"method\":\"POST\",\"path\":\"/echo/a%2Fb?c=d\","), body);
        assertTrue(body.contains("\"X-quote\":\"a \\\"b\\\" \\\\\""), body);
        assertTrue(body.contains("\"body\":\"line\\u000a\\u0001 é\""), body);
    }

    @Test
    void a_head_has_the_length_and_no_body() throws Exception {
        HttpRequest request = HttpRequest.newBuilder(URI.create(api.url() + "/api/cart"))
                .method("HEAD", HttpRequest.BodyPublishers.noBody())
                .build();

        HttpResponse<String> head = client.send(request, HttpResponse.BodyHandlers.ofString());

        assertEquals("", head.body());
        assertEquals(
                "{\"items\":[],\"served\":1}".length(),
                head.headers().firstValueAsLong("Content-Length").orElseThrow());
    }

    private HttpResponse<String> get(String path) throws Exception {
        return client.send(
                HttpRequest.newBuilder(URI.create(api.url() + path)).build(), HttpResponse.BodyHandlers.ofString());
    }

    private static String cacheControl(HttpResponse<String> answer) {
        return answer.headers().firstValue("Cache-Control").orElseThrow();
    }
}
