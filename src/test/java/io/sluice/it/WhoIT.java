package io.sluice.it;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.demo.EmbeddedRedis;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.jose4j.jwk.JsonWebKeySet;
import org.jose4j.jwk.RsaJsonWebKey;
import org.jose4j.jwk.RsaJwkGenerator;
import org.jose4j.jws.AlgorithmIdentifiers;
import org.jose4j.jws.JsonWebSignature;
import org.jose4j.jwt.JwtClaims;
import org.jose4j.jwt.NumericDate;
import org.jose4j.lang.JoseException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Who is calling, as the packaged program sees it: tokens, tiers, lists, and numbers that are overridden while it runs. */
@SuppressWarnings("NullAway.Init")
class WhoIT {
    private static final Duration SOON = Duration.ofSeconds(20);
    private static final RsaJsonWebKey FIRST = key("first");
    private static final RsaJsonWebKey SECOND = key("second");
    private static final AtomicReference<String> PUBLISHED = new AtomicReference<>(new JsonWebKeySet(FIRST).toJson());
    private static final Upstream ISSUER = new Upstream((asked, wire) -> wire.ok(String.valueOf(PUBLISHED.get())));
    private static final Upstream UPSTREAM = new Upstream((asked, wire) -> wire.ok("up"));
    private static final EmbeddedRedis REDIS = new EmbeddedRedis();
    private static final String YAML = """
            clients: [jwt:sub, header:X-Client, address]
            trusted-proxies: [127.0.0.1]
            store: { deadline: 500ms }
            jwt: { jwks: "%2$s/jwks.json", issuer: "https://issuer" }
            unlimited: ["header:X-Client=vip", 198.51.100.0/24]
            denied: ["header:X-Client=evil", 203.0.113.0/24]
            limits:
              small: { algorithm: sliding-window, quota: 2, window: 1h, key: [client] }
              plan:  { algorithm: sliding-window, quota: 5, window: 1h, key: [client], tier: jwt:plan, quotas: { gold: 50 } }
              leased: { algorithm: sliding-window, quota: 1000, window: 1h, key: [client], accounting: leased }
            routes:
              small: { path: /small, limits: [small], http: { url: "%1$s" } }
              plan:  { path: /plan, limits: [plan], http: { url: "%1$s" } }
              leased: { path: /leased, limits: [leased], http: { url: "%1$s" } }
              free:  { path: /free, http: { url: "%1$s" } }
            """.formatted(UPSTREAM.url(), ISSUER.url());

    private static List<SluiceProcess> fleet;

    private static RsaJsonWebKey key(String id) {
        try {
            RsaJsonWebKey key = RsaJwkGenerator.generateJwk(2048);
            key.setKeyId(id);
            return key;
        } catch (JoseException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String token(RsaJsonWebKey key, String subject, String plan, long lives) {
        JwtClaims claims = new JwtClaims();
        claims.setIssuer("https://issuer");
        claims.setSubject(subject);
        claims.setClaim("plan", plan);
        NumericDate until = NumericDate.now();
        until.addSeconds(lives);
        claims.setExpirationTime(until);
        JsonWebSignature signature = new JsonWebSignature();
        signature.setPayload(claims.toJson());
        signature.setAlgorithmHeaderValue(AlgorithmIdentifiers.RSA_USING_SHA256);
        signature.setKeyIdHeaderValue(key.getKeyId());
        signature.setKey(key.getPrivateKey());
        try {
            return "Bearer " + signature.getCompactSerialization();
        } catch (JoseException e) {
            throw new IllegalStateException(e);
        }
    }

    @BeforeAll
    static void start() {
        fleet = SluiceProcess.start(2, SluiceProcess.setup(YAML).redis(REDIS.url()));
        await().atMost(SOON)
                .until(() -> policy(get(0, "/plan", token(FIRST, "warm", "gold", 60), "x"))
                        .contains("q=50"));
        await().atMost(SOON)
                .until(() -> policy(get(1, "/plan", token(FIRST, "warm", "gold", 60), "x"))
                        .contains("q=50"));
    }

    @AfterAll
    static void end() {
        fleet.forEach(SluiceProcess::close);
        REDIS.close();
        UPSTREAM.close();
        ISSUER.close();
    }

    private static HttpResponse<String> get(int instance, String path, String token, String client) {
        return fleet.get(instance).get(path, "Authorization", token, "X-Client", client);
    }

    private static String policy(HttpResponse<String> response) {
        return response.headers().firstValue("RateLimit-Policy").orElse("");
    }

    private static String remaining(HttpResponse<String> response) {
        String state = response.headers().firstValue("RateLimit").orElse("");
        int from = state.indexOf(";r=") + 3;
        return from < 3 ? "" : state.substring(from, state.indexOf(';', from));
    }

    @Test
    void a_verified_token_names_its_client_on_every_instance() {
        String token = token(FIRST, "alice", "free", 60);
        assertEquals("1", remaining(get(0, "/small", token, "a")));
        assertEquals("0", remaining(get(1, "/small", token, "b")));
        assertEquals(429, get(0, "/small", token, "c").statusCode());
        assertEquals(200, get(0, "/small", token(FIRST, "bob", "free", 60), "a").statusCode());
    }

    @Test
    void a_token_that_is_not_believed_names_nobody_and_the_next_source_does() {
        RsaJsonWebKey forged = key("first");
        List<String> bad = List.of(
                token(forged, "mallory", "gold", 60),
                token(FIRST, "mallory", "gold", -3_600),
                "Bearer nonsense",
                "Bearer a.b.c",
                "Basic " + token(FIRST, "mallory", "gold", 60).substring(7));
        for (int i = 0; i < bad.size(); i++) {
            HttpResponse<String> response = get(0, "/plan", bad.get(i), "next" + i);
            assertEquals("\"plan\";q=5;w=3600", policy(response), bad.get(i));
            assertEquals("4", remaining(response), "its own client's first request");
        }
    }

    @Test
    void a_tier_has_its_own_quota() {
        assertEquals("\"plan\";q=50;w=3600", policy(get(0, "/plan", token(FIRST, "rich", "gold", 60), "x")));
        assertEquals("\"plan\";q=5;w=3600", policy(get(0, "/plan", token(FIRST, "poor", "silver", 60), "x")));
    }

    @Test
    void keys_that_were_rotated_are_fetched_when_a_token_names_them() {
        PUBLISHED.set(new JsonWebKeySet(FIRST, SECOND).toJson());
        await().atMost(SOON)
                .until(() -> policy(get(0, "/plan", token(SECOND, "rotated", "gold", 60), "x"))
                        .contains("q=50"));
        assertTrue(
                policy(get(0, "/plan", token(FIRST, "still", "gold", 60), "x")).contains("q=50"));
    }

    @Test
    void who_is_denied_is_refused_everywhere_and_who_is_unlimited_is_never_limited() {
        assertEquals(403, get(0, "/free", "-", "evil").statusCode());
        assertEquals(
                403, fleet.get(0).get("/free", "X-Forwarded-For", "203.0.113.9").statusCode());
        assertEquals(403, get(0, "/_sluice/quota", "-", "evil").statusCode());
        for (int i = 0; i < 5; i++) {
            HttpResponse<String> vip = get(0, "/small", "-", "vip");
            assertEquals(200, vip.statusCode());
            assertFalse(vip.headers().firstValue("RateLimit").isPresent());
            assertEquals(
                    200,
                    fleet.get(1)
                            .get("/small", "X-Forwarded-For", "198.51.100.7")
                            .statusCode());
        }
    }

    @Test
    void a_forged_second_field_hides_nobody_from_the_lists_and_puts_nobody_on_them() {
        assertEquals(
                403,
                fleet.get(0)
                        .get("/free", "X-Forwarded-For", "203.0.113.9", "Forwarded", "for=192.0.2.1")
                        .statusCode());
        int admitted = 0;
        for (int i = 0; i < 5; i++) {
            admitted += fleet.get(0)
                                    .get("/small", "X-Forwarded-For", "192.0.2.77", "Forwarded", "for=198.51.100.7")
                                    .statusCode()
                            == 200
                    ? 1
                    : 0;
        }
        assertEquals(2, admitted);
    }

    @Test
    void an_override_is_in_force_on_every_instance_within_a_second_and_keeps_what_was_consumed() {
        String token = token(FIRST, "changed", "free", 60);
        get(0, "/small", token, "x");
        get(1, "/small", token, "x");
        assertEquals(429, get(0, "/small", token, "x").statusCode());
        assertEquals(429, get(1, "/small", token, "x").statusCode());
        REDIS.ask("HSET sluice:overrides \"small jwt:sub=changed\" \"quota=10\"");
        REDIS.ask("HINCRBY sluice:overrides # 1");
        long set = System.nanoTime();
        await().atMost(Duration.ofSeconds(1))
                .pollInterval(Duration.ofMillis(20))
                .until(() -> get(1, "/small", token, "x").statusCode() == 200);
        await().atMost(Duration.ofSeconds(1).minusNanos(System.nanoTime() - set).plusMillis(100))
                .pollInterval(Duration.ofMillis(20))
                .until(() -> get(0, "/small", token, "x").statusCode() == 200);
        assertEquals("5", remaining(get(0, "/small", token, "x")), "five of ten are gone");
        assertEquals("\"small\";q=2;w=3600", policy(get(0, "/small", token(FIRST, "other", "free", 60), "x")));
    }

    @Test
    void an_override_takes_effect_on_slices_too() {
        String token = token(FIRST, "leased", "free", 60);
        Load.run(fleet, Load.get("/leased", "hot"), 8, 60);
        assertEquals(200, get(0, "/leased", token, "x").statusCode());
        REDIS.ask("HSET sluice:overrides leased quota=1");
        REDIS.ask("HINCRBY sluice:overrides # 1");
        await().atMost(Duration.ofSeconds(2))
                .until(() -> get(0, "/leased", token, "x").statusCode() == 429);
        REDIS.ask("HDEL sluice:overrides leased");
        REDIS.ask("HINCRBY sluice:overrides # 1");
        await().atMost(Duration.ofSeconds(2))
                .until(() -> get(0, "/leased", token, "x").statusCode() == 200);
    }
}
