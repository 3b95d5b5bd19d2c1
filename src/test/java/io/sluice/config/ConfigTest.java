package io.sluice.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.cache.CachePolicy;
import io.sluice.client.Cidr;
import io.sluice.client.ClientSource;
import io.sluice.client.TrustedProxies;
import io.sluice.limit.Accounting;
import io.sluice.limit.Algorithm;
import io.sluice.limit.Cost;
import io.sluice.limit.KeyPart;
import io.sluice.limit.Limit;
import io.sluice.limit.OnStoreFailure;
import io.sluice.limit.Refusal;
import io.sluice.limit.Tiers;
import io.sluice.limit.Window;
import io.sluice.origin.Origin;
import io.sluice.origin.http.HttpSpec;
import io.sluice.origin.postgres.PostgresSpec;
import io.sluice.origin.postgres.Returns;
import io.sluice.route.LimitHeaders;
import io.sluice.route.Match;
import io.sluice.route.Target;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What a file without mistakes means. */
class ConfigTest {
    private static final String EXAMPLE = """
            clients: [header:X-API-Key, address]     # the first present names the client
            trusted-proxies: [10.0.0.0/8, "2001:db8::1"]
            instances: 3
            store: { deadline: 15ms }
            cache: { near-size: 128MiB, show-keys-to: [10.0.0.0/8] }

            limits:
              per-client: { algorithm: sliding-window, quota: 100, window: 1m, key: [client] }
              burst:      { algorithm: token-bucket, quota: 10, window: 1s, burst: 20, key: [client, route] }
              daily:      { algorithm: fixed-window, quota: 50000, window: 1mo, key: [address/64, "path:id"],
                            cost: 2, accounting: exact, on-store-failure: closed, shadow: true }

            routes:
              product:
                path: /products/{id}
                methods: [GET]
                limits: [per-client, burst, daily]
                cache: { ttl: 60s, refresh-after: 45s, refresh-early: 0.5, stale-if-error: 10m, negative-ttl: 500ms,
                         tags: ["product:{id}", "lang:{lang}"] }
                postgres: { sql: "SELECT id, name FROM product WHERE id = :id AND lang = :lang", returns: row }
              api:
                path: /api/**
                limits: [per-client]
                cache: { vary: [X-Tenant], forward: [Cookie], client-directives: false, expose-tags: true }                    # RFC 9111: the origin's own headers decide
                http:
                  url: "http://127.0.0.1:3000"
                  timeout: 5s
                  strip: /api
                  headers: { set: { X-Gateway: sluice, X-Version: 1 }, remove: [Cookie] }
                  preserve-host: true
                  connect-timeout: 250ms
                  max-connections: 10
                  await-commits: 100ms
              quota:
                path: /_sluice/quota
                limits: [per-client]
              plain: { path: /plain, http: { url: "https://example.com" } }
              other: { path: /other, http: { url: "https://example.com", await-commits: off } }
            """;

    private static Config example() {
        Read read = ConfigReader.read("sluice.yaml", EXAMPLE, name -> null);
        return assertInstanceOf(Read.Ok.class, read, read::toString).config();
    }

    @Test
    void the_example_of_the_contract_means_what_it_says() {
        Config config = example();
        assertEquals(List.of(new ClientSource.Header("X-API-Key"), new ClientSource.Address()), config.clients());
        assertEquals(
                List.of("10.0.0.0/8", "2001:db8::1/128"),
                config.trustedProxies().networks().stream().map(Cidr::toString).toList());
        assertEquals(3, config.instances());
        assertEquals(Duration.ofMillis(15), config.store().deadline());
        assertEquals(128L << 20, config.near().bytes());

        Limit perClient = limit(
                "per-client", new Algorithm.SlidingWindow(), 100, Window.ofSeconds(60), List.of(new KeyPart.Client()));
        Limit burst = limit(
                "burst",
                new Algorithm.TokenBucket(20),
                10,
                Window.ofSeconds(1),
                List.of(new KeyPart.Client(), new KeyPart.Route()));
        Limit daily = limit(
                        "daily",
                        new Algorithm.FixedWindow(),
                        50_000,
                        Window.month(),
                        List.of(new KeyPart.Address(64), new KeyPart.Path("id")))
                .with(new Cost.Fixed(2))
                .with(OnStoreFailure.CLOSED)
                .asShadow();
        assertEquals(
                List.of(perClient, burst, daily), List.copyOf(config.limits().values()));

        RouteConfig product = config.routes().get(0);
        assertEquals(Set.of("GET"), product.methods());
        assertEquals(List.of(perClient, burst, daily), product.limits());
        assertEquals(
                new CachePolicy(
                        60_000_000L,
                        45_000_000,
                        0.5,
                        600_000_000,
                        500_000,
                        1 << 20,
                        List.of("product:{id}", "lang:{lang}"),
                        List.of(),
                        null,
                        true,
                        false,
                        true),
                product.cache());
        TargetConfig.Postgres postgres = assertInstanceOf(TargetConfig.Postgres.class, product.target());
        assertEquals(List.of("id", "lang"), postgres.parameters());
        assertEquals(
                PostgresSpec.read(
                        "product",
                        "SELECT id, name FROM product WHERE id = :id AND lang = :lang",
                        new Returns.Row(),
                        Duration.ofSeconds(5)),
                postgres.spec());

        RouteConfig api = config.routes().get(1);
        assertEquals(Set.of(), api.methods());
        assertEquals(
                new CachePolicy(
                        null,
                        0,
                        0,
                        0,
                        0,
                        1 << 20,
                        List.of(),
                        List.of("x-tenant"),
                        List.of("cookie"),
                        false,
                        true,
                        false),
                api.cache());
        assertEquals(
                new HttpSpec(
                        "api",
                        URI.create("http://127.0.0.1:3000"),
                        Duration.ofSeconds(5),
                        "/api",
                        Map.of("X-Gateway", "sluice", "X-Version", "1"),
                        List.of("Cookie"),
                        true,
                        Duration.ofMillis(250),
                        10),
                assertInstanceOf(TargetConfig.Http.class, api.target()).spec());
        assertEquals(
                List.of(Duration.ofMillis(100), Duration.ofMillis(250), Duration.ZERO),
                config.routes().stream()
                        .filter(route -> route.target() instanceof TargetConfig.Http)
                        .map(route -> ((TargetConfig.Http) route.target()).awaitCommits())
                        .toList());
        assertInstanceOf(TargetConfig.Own.class, config.routes().get(2).target());
        assertNull(config.routes().get(3).cache());
    }

    private static Limit limit(String name, Algorithm algorithm, long quota, Window window, List<KeyPart> key) {
        return Limit.of(name, algorithm, quota, window, key);
    }

    @Test
    void costs_refusals_tiers_and_slots_are_read_as_they_stand() {
        Read read = ConfigReader.read("sluice.yaml", """
                headers: legacy
                limits:
                  asked: { algorithm: token-bucket, quota: 10, window: 1s, key: [], cost: "header:X-Cost" }
                  told:
                    { algorithm: sliding-log, quota: 10000, window: 1m, key: [], cost: "response-header:X-Tokens", reserve: 100 }
                  slots: { algorithm: concurrency, quota: 4, key: [], on-limit: delay, max-delay: 2s }
                  tiers: { algorithm: fixed-window, quota: 5, window: 1s, key: [client], tier: header:X-Plan, quotas: { gold: 9 } }
                  own: { algorithm: sliding-window, quota: 5, window: 1s, key: [], status: 503, body: "{limit}", accounting: leased }
                """, name -> null);
        Config config = assertInstanceOf(Read.Ok.class, read, read::toString).config();
        assertEquals(LimitHeaders.LEGACY, config.headers());
        Window second = Window.ofSeconds(1);
        assertEquals(
                List.of(
                        limit("asked", new Algorithm.TokenBucket(10), 10, second, List.of())
                                .with(new Cost.RequestHeader("X-Cost")),
                        limit("told", new Algorithm.SlidingLog(), 10_000, Window.ofSeconds(60), List.of())
                                .with(new Cost.ResponseHeader("X-Tokens", 100)),
                        limit("slots", new Algorithm.Concurrency(), 4, Window.ofSeconds(15), List.of())
                                .with(new Refusal(2_000_000, 429, null)),
                        limit("tiers", new Algorithm.FixedWindow(), 5, second, List.of(new KeyPart.Client()))
                                .with(new Tiers(new KeyPart.Header("X-Plan"), Map.of("gold", 9L))),
                        limit("own", new Algorithm.SlidingWindow(), 5, second, List.of())
                                .with(new Refusal(0, 503, "{limit}"))
                                .with(Accounting.LEASED)),
                List.copyOf(config.limits().values()));
    }

    @Test
    void what_is_left_out_has_its_default() {
        Config config = assertInstanceOf(Read.Ok.class, ConfigReader.read("s.yaml", """
                                limits: { b: { algorithm: token-bucket, quota: 7, window: 1s, key: [] } }
                                routes: { r: { path: /a, postgres: { sql: SELECT 1, returns: row } } }
                                """, name -> null))
                .config();
        assertEquals(List.of(new ClientSource.Address()), config.clients());
        assertEquals(TrustedProxies.NONE, config.trustedProxies());
        assertEquals(1, config.instances());
        assertEquals(Duration.ofMillis(20), config.store().deadline());
        assertEquals(64L << 20, config.near().bytes());
        assertEquals(7, config.limits().values().iterator().next().capacity());
        assertEquals(Set.of("GET"), config.routes().get(0).methods());
        Config empty = assertInstanceOf(Read.Ok.class, ConfigReader.read("s.yaml", "limits:\nroutes:\n", name -> null))
                .config();
        assertFalse(empty.needsPostgres());
        assertTrue(empty.routes().isEmpty());
    }

    @Test
    void a_postgres_route_says_which_shape_its_answers_have() {
        Config config = assertInstanceOf(Read.Ok.class, ConfigReader.read("s.yaml", """
                                routes:
                                  a: { path: /a, postgres: { sql: SELECT 1, returns: row } }
                                  b: { path: /b, postgres: { sql: SELECT 1, returns: rows, max-rows: 7 } }
                                  c: { path: /c, postgres: { sql: SELECT 1, returns: value } }
                                """, name -> null))
                .config();
        assertEquals(
                List.of(new Returns.Row(), new Returns.Rows(7, 1 << 20), new Returns.Value()),
                config.routes().stream()
                        .map(route -> assertInstanceOf(TargetConfig.Postgres.class, route.target())
                                .spec()
                                .returns())
                        .toList());
    }

    @Test
    void rows_are_gzipped_and_what_an_http_origin_says_is_not_unless_the_route_says_so() {
        Config config = assertInstanceOf(Read.Ok.class, ConfigReader.read("s.yaml", """
                                routes:
                                  a: { path: /a, cache: { ttl: 1s }, postgres: { sql: SELECT 1, returns: row } }
                                  b: { path: /b, cache: { ttl: 1s, compress: false }, postgres: { sql: SELECT 1, returns: row } }
                                  c: { path: /c, cache: {}, http: { url: "http://a" } }
                                  d: { path: /d, cache: { compress: true }, http: { url: "http://a" } }
                                """, name -> null))
                .config();
        assertEquals(
                List.of(true, false, false, true),
                config.routes().stream()
                        .map(route -> Objects.requireNonNull(route.cache()).compress())
                        .toList());
    }

    @Test
    void places_in_sql_are_found_for_what_postgres_says_later() {
        Config config = example();
        assertTrue(config.needsPostgres());
        assertEquals(List.of(new Place("sluice.yaml", 20, 5)), config.postgresPlaces());
        assertEquals(new Place("sluice.yaml", 20, 23), config.placeOfSql("product"));
        assertEquals(new Place("sluice.yaml", 20, 34), config.placeOfSql("product", 0, "SELECT id, ".length()));
        String block = "routes:\n  r:\n    path: /a\n    postgres:\n      returns: row\n      sql: |\n"
                + "        SELECT 'it''s' AS a,\n          nope\n        FROM x\n";
        Config other = assertInstanceOf(Read.Ok.class, ConfigReader.read("s.yaml", block, name -> null))
                .config();
        TargetConfig.Postgres postgres = assertInstanceOf(
                TargetConfig.Postgres.class, other.routes().get(0).target());
        assertEquals(
                new Place("s.yaml", 8, 11),
                other.placeOfSql("r", 0, postgres.spec().sql().indexOf("nope")));
        assertEquals(new Place("s.yaml", 0, 0), other.placeOfSql("none"));
    }

    @Test
    void compiling_makes_one_origin_per_route_and_matches_it() {
        List<Object> specs = new ArrayList<>();
        Origin origin = call -> {
            throw new AssertionError("nothing is asked");
        };
        Compiled compiled = RouteCompiler.compile(example(), new Origins() {
            @Override
            public Origin http(HttpSpec spec) {
                specs.add(spec.route());
                return origin;
            }

            @Override
            public Origin postgres(PostgresSpec spec) {
                specs.add(spec.route());
                return origin;
            }
        });
        assertEquals(List.of("product", "api", "plain", "other"), specs);
        Match.Found found = assertInstanceOf(Match.Found.class, compiled.table().match("HEAD", "/products/7"));
        assertEquals(Map.of("id", "7"), found.parameters());
        assertEquals(3, found.route().limits().size());
        Target.Postgres postgres =
                assertInstanceOf(Target.Postgres.class, found.route().target());
        assertEquals(List.of("id", "lang"), postgres.parameters());
        assertSame(origin, postgres.origin());
        Match.Found api = assertInstanceOf(Match.Found.class, compiled.table().match("POST", "/api"));
        assertInstanceOf(Target.Http.class, api.route().target());
        Match.Found own = assertInstanceOf(Match.Found.class, compiled.table().match("GET", "/_sluice/quota"));
        assertInstanceOf(Target.Own.class, own.route().target());
    }
}
