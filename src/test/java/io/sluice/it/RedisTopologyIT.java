package io.sluice.it;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.demo.EmbeddedCluster;
import io.sluice.demo.EmbeddedRedis;
import io.sluice.demo.EmbeddedSentinel;
import io.sluice.demo.Ports;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Wherever Redis keeps them, two instances keep one account, and share one cache. */
@Timeout(180)
class RedisTopologyIT {
    private static final Upstream UPSTREAM = new Upstream((asked, wire) -> wire.ok("up"));
    private static final int QUOTA = 30;
    private static final String YAML = """
            clients: [header:X-Client, address]
            store: { deadline: 500ms }
            limits:
              own: { algorithm: sliding-window, quota: %2$d, window: 1h, key: [client], on-store-failure: closed }
              per-route: { algorithm: fixed-window, quota: 1000, window: 1d, key: [client, route], on-store-failure: closed }
            routes:
              own:    { path: /own, limits: [own, per-route], http: { url: "%1$s" } }
              cached: { path: /cached, cache: { ttl: 60s }, http: { url: "%1$s" } }
            """.formatted(UPSTREAM.url(), QUOTA);

    @AfterAll
    static void end() {
        UPSTREAM.close();
    }

    /** With the start's patience: instances, their loops and the servers begin together. */
    private static void keepOneAccount(List<SluiceProcess> fleet) {
        fleet.forEach(RedisTopologyIT::awaitShared);
        String client = UUID.randomUUID().toString();
        Load.Report report = Load.run(fleet, Load.get("/own", client), 8, 10);
        assertEquals(QUOTA, report.count(200), report.statuses().toString());
        assertEquals(80 - QUOTA, report.count(429));
    }

    private static void awaitShared(SluiceProcess sluice) {
        await().atMost(Duration.ofSeconds(30)).until(() -> state(sluice).equals("up"));
        await().atMost(Duration.ofSeconds(30)).until(() -> {
            Load.Report report =
                    Load.run(List.of(sluice), Load.get("/own", UUID.randomUUID().toString()), 8, 1);
            return report.count(200) == 8;
        });
    }

    private static String state(SluiceProcess sluice) {
        return new JsonObject(sluice.management("/q/health/ready").body())
                .getJsonArray("checks")
                .getJsonObject(0)
                .getJsonObject("data")
                .getString("redis");
    }

    /** One load for both, as only a shared cache has it. */
    private static void shareOneCache(List<SluiceProcess> fleet) {
        Load.run(fleet, Load.get("/cached", "a"), 1, 1);
        await().untilAsserted(() -> {
            try (Raw raw = new Raw(fleet.get(1).port)) {
                String said = raw.send(Load.get("/cached", "a")).read().header("cache-status");
                assertTrue(said != null && said.startsWith("sluice; hit"), said);
            }
        });
    }

    private static void end(List<SluiceProcess> fleet) {
        fleet.forEach(SluiceProcess::close);
    }

    @Test
    void on_a_cluster() {
        try (EmbeddedCluster cluster = new EmbeddedCluster(0)) {
            String hosts = cluster.nodes().stream().map(EmbeddedRedis::url).collect(Collectors.joining(","));
            List<SluiceProcess> fleet = SluiceProcess.start(
                    2, SluiceProcess.setup(YAML).redis(hosts).with("QUARKUS_REDIS_CLIENT_TYPE", "cluster"));
            try {
                keepOneAccount(fleet);
                shareOneCache(fleet);
            } finally {
                end(fleet);
            }
        }
    }

    @Test
    void behind_a_sentinel_and_after_a_failover() {
        try (EmbeddedSentinel sentinel = new EmbeddedSentinel()) {
            List<SluiceProcess> fleet = SluiceProcess.start(
                    2,
                    SluiceProcess.setup(YAML)
                            .redis(sentinel.url())
                            .with("QUARKUS_REDIS_CLIENT_TYPE", "sentinel")
                            .with("QUARKUS_REDIS_MASTER_NAME", EmbeddedSentinel.NAME));
            try {
                keepOneAccount(fleet);
                sentinel.primary().close();
                await().atMost(Duration.ofSeconds(30))
                        .until(() -> sentinel.replica().ask("INFO replication").contains("role:master"));
                keepOneAccount(fleet);
            } finally {
                end(fleet);
            }
        }
    }

    @Test
    void over_tls_as_a_user_that_may_do_no_more_than_is_needed(@TempDir Path folder) throws Exception {
        Certificate certificate = Certificate.in(folder);
        int tls = Ports.free();
        try (EmbeddedRedis redis = new EmbeddedRedis(
                Ports.free(),
                List.of(
                        "--tls-port",
                        Integer.toString(tls),
                        "--tls-cert-file",
                        certificate.certificate().toString(),
                        "--tls-key-file",
                        certificate.key().toString(),
                        "--tls-ca-cert-file",
                        certificate.certificate().toString(),
                        "--tls-auth-clients",
                        "no"))) {
            String made = redis.ask(
                    "ACL SETUSER sluice on >s3cret ~sluice:* resetchannels &sluice:* +@all -@dangerous +info");
            assertTrue(made.startsWith("+OK"), made);
            List<SluiceProcess> fleet = SluiceProcess.start(
                    2,
                    SluiceProcess.setup(YAML)
                            .redis("rediss://sluice:s3cret@127.0.0.1:" + tls)
                            .with(
                                    "QUARKUS_REDIS_TLS_TRUST_CERTIFICATE_PEM_CERTS",
                                    certificate.certificate().toString())
                            .with("QUARKUS_REDIS_TLS_TRUST_CERTIFICATE_PEM", "true")
                            .with("QUARKUS_REDIS_TLS_HOSTNAME_VERIFICATION_ALGORITHM", "HTTPS"));
            try {
                keepOneAccount(fleet);
                shareOneCache(fleet);
                String refused = redis.ask("ACL LOG");
                assertEquals("*0", refused.strip(), "the user was refused nothing");
            } finally {
                end(fleet);
            }
        }
    }
}
