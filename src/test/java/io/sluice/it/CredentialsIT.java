package io.sluice.it;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.credentials.ConjurStandIn;
import io.sluice.credentials.CyberArkStandIn;
import io.sluice.credentials.VaultStandIn;
import io.sluice.demo.EmbeddedPostgres;
import io.sluice.demo.Folders;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntConsumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** A Postgres that asks for passwords, which change while requests are answered: none is lost. */
class CredentialsIT {
    private static final Duration SOON = Duration.ofSeconds(30);
    private static final int CONNECTIONS = 6;
    private static final int ROTATIONS = 4;
    private static EmbeddedPostgres postgres;
    private static Path folder;

    private static final String ROUTES = """
            routes:
              uncached: { path: "/rows/{id}", postgres: { sql: "SELECT n FROM row WHERE n = :id", returns: row } }
              tagged:
                path: /tagged/{id}
                cache: { ttl: 10m, tags: ["row:{id}"] }
                postgres: { sql: "SELECT n FROM row WHERE n = :id", returns: row }
            """;

    @BeforeAll
    static void start() throws IOException {
        folder = Files.createTempDirectory("sluice-it-credentials");
        postgres = new EmbeddedPostgres(folder);
        execute("CREATE TABLE row (n int PRIMARY KEY); INSERT INTO row SELECT i FROM generate_series(1, 100) i;"
                + "GRANT SELECT ON row TO PUBLIC");
        // Only the test itself comes in without a password.
        Files.writeString(
                folder.resolve("data/pg_hba.conf"),
                "host all postgres 127.0.0.1/32 trust\nhost all all 127.0.0.1/32 scram-sha-256\n");
        execute("SELECT pg_reload_conf()");
        await().atMost(SOON)
                .until(() -> number("SELECT count(*) FROM pg_hba_file_rules WHERE auth_method = 'trust'") == 1);
    }

    @AfterAll
    static void stop() {
        postgres.close();
        Folders.delete(folder);
    }

    @Test
    void files_of_a_kubernetes_secret_rotate_without_a_lost_request() throws IOException {
        role("filed", "p0");
        Path secret = Files.createDirectory(folder.resolve("secret"));
        version(secret, "v0", "filed", "p0");
        Files.createSymbolicLink(secret.resolve("username"), Path.of("..data/username"));
        Files.createSymbolicLink(secret.resolve("password"), Path.of("..data/password"));
        String yaml =
                "postgres: { credentials: { file: { directory: \"" + secret + "\" }, refresh: 200ms } }\n" + ROUTES;
        rotates("file", SluiceProcess.setup(yaml), nth -> {
            // Both orders there are: what keeps the secret tells it before or after Postgres knows.
            if (nth % 2 == 0) {
                execute("ALTER ROLE filed PASSWORD 'p" + nth + "'");
                version(secret, "v" + nth, "filed", "p" + nth);
            } else {
                version(secret, "v" + nth, "filed", "p" + nth);
                execute("ALTER ROLE filed PASSWORD 'p" + nth + "'");
            }
        });
    }

    @Test
    void secrets_of_vault_rotate_without_a_lost_request() {
        role("vaulted", "p0");
        try (VaultStandIn vault = new VaultStandIn()) {
            vault.holds("vaulted", "p0");
            String yaml =
                    "postgres: { credentials: { vault: { path: secret/data/sluice }, refresh: 500ms } }\n" + ROUTES;
            rotates(
                    "vault",
                    SluiceProcess.setup(yaml)
                            .with("QUARKUS_VAULT_URL", vault.url().toString())
                            .with("QUARKUS_VAULT_AUTHENTICATION_APP_ROLE_ROLE_ID", VaultStandIn.ROLE_ID)
                            .with("QUARKUS_VAULT_AUTHENTICATION_APP_ROLE_SECRET_ID", VaultStandIn.SECRET_ID),
                    nth -> {
                        execute("ALTER ROLE vaulted PASSWORD 'p" + nth + "'");
                        vault.holds("vaulted", "p" + nth);
                    });
            assertEquals(List.of(), vault.foreign());
        }
    }

    @Test
    void roles_that_vault_makes_and_drops_are_followed_without_a_lost_request() {
        try (VaultStandIn vault = new VaultStandIn()) {
            // Renewed once to the whole, then no more: another role comes before its end.
            vault.leases(3, 1);
            vault.makes(nth -> {
                execute("CREATE ROLE v" + nth + " LOGIN PASSWORD 'p" + nth + "'");
                if (nth > 2) {
                    // Vault drops a role at the end of its lease, whatever sessions it has.
                    execute("REVOKE ALL ON row FROM v" + (nth - 2) + "; DROP ROLE v" + (nth - 2));
                }
                return new VaultStandIn.Login("v" + nth, "p" + nth);
            });
            String yaml = "postgres: { credentials: { vault: { path: database/creds/app } } }\n" + ROUTES;
            rotates(
                    "vault",
                    SluiceProcess.setup(yaml)
                            .with("QUARKUS_VAULT_URL", vault.url().toString())
                            .with("QUARKUS_VAULT_AUTHENTICATION_CLIENT_TOKEN", VaultStandIn.TOKEN),
                    nth -> {});
            assertEquals(List.of(), vault.foreign());
            assertTrue(vault.renewals() > 0);
        }
    }

    @Test
    void an_account_of_cyberark_rotates_without_a_lost_request() {
        role("arked", "p0");
        try (CyberArkStandIn provider = new CyberArkStandIn()) {
            provider.holds("arked", "p0");
            String yaml = "postgres: { credentials: { cyberark: { url: \"" + provider.url()
                    + "\", app-id: Sluice, safe: Data Bases, object: pg&app }, refresh: 500ms } }\n" + ROUTES;
            rotates("cyberark", SluiceProcess.setup(yaml), nth -> {
                execute("ALTER ROLE arked PASSWORD 'p" + nth + "'");
                provider.holds("arked", "p" + nth);
            });
            assertEquals(List.of(), provider.foreign());
        }
    }

    @Test
    void variables_of_conjur_rotate_without_a_lost_request() {
        role("conjured", "p0");
        try (ConjurStandIn conjur = new ConjurStandIn()) {
            conjur.holds("conjured", "p0");
            String yaml = "postgres: { credentials: { conjur: { url: \"" + conjur.url()
                    + "\", account: acme, login: host/sluice, api-key: \"${CONJUR_KEY}\", username: prod/db/user,"
                    + " password: prod/db/password }, refresh: 500ms } }\n" + ROUTES;
            rotates("conjur", SluiceProcess.setup(yaml).with("CONJUR_KEY", ConjurStandIn.KEY), nth -> {
                execute("ALTER ROLE conjured PASSWORD 'p" + nth + "'");
                conjur.holds("conjured", "p" + nth);
                conjur.endTokens();
            });
            assertEquals(List.of(), conjur.foreign());
        }
    }

    @Test
    void what_goes_wrong_is_told_apart_and_the_last_good_one_stays_in_use() {
        role("watched", "p0");
        try (CyberArkStandIn provider = new CyberArkStandIn()) {
            provider.holds("watched", "p0");
            String yaml = "postgres: { credentials: { cyberark: { url: \"" + provider.url()
                    + "\", app-id: Sluice, safe: Data Bases, object: pg&app }, refresh: 100ms, timeout: 2s } }\n"
                    + ROUTES;
            try (SluiceProcess sluice = SluiceProcess.setup(yaml)
                    .with("QUARKUS_DATASOURCE_REACTIVE_URL", postgres.url())
                    .start()) {
                awaitState(sluice, "ok");
                provider.answersInstead(403, "{\"ErrorCode\":\"APPAP133E\",\"ErrorMsg\":\"p0\"}");
                awaitState(sluice, "denied");
                provider.answersInstead(404, "{\"ErrorCode\":\"APPAP004E\",\"ErrorMsg\":\"p0\"}");
                awaitState(sluice, "unreadable");
                provider.fallsSilent();
                awaitState(sluice, "timeout");
                assertEquals(200, sluice.get("/rows/1").statusCode());
                provider.answersAgain();
                awaitState(sluice, "ok");
                execute("ALTER ROLE watched PASSWORD 'p9'");
                execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'watched'");
                await().atMost(SOON).until(() -> {
                    int status = sluice.get("/rows/1").statusCode();
                    assertEquals(503, status);
                    return state(sluice).startsWith("expired: ");
                });
                awaitState(sluice, "expired");
                assertEquals(200, sluice.management("/q/health/ready").statusCode());
                provider.holds("watched", "p9");
                awaitState(sluice, "ok");
                await().atMost(SOON).until(() -> sluice.get("/rows/1").statusCode() == 200);
                String log = sluice.log();
                for (String line : new String[] {
                    "is denied (CyberArk's credential provider answers APPAP133E): the last good one stays",
                    "cannot be read (CyberArk's credential provider answers APPAP004E: there is no such object",
                    "is not given in time (",
                    "has expired (Postgres refuses it, and cyberark gives no other): no new connection"
                }) {
                    assertEquals(
                            2, log.split(Pattern.quote(line), -1).length, () -> line + " is not there once:\n" + log);
                }
                assertFalse(log.matches("(?s).*\\bp[09]\\b.*"), log);
            }
            assertEquals(List.of(), provider.foreign());
        }
    }

    @Test
    void what_is_missing_for_credentials_ends_the_start_with_a_line() {
        String yaml = "postgres: { credentials: { vault: { path: kv/sluice } } }\n";
        SluiceProcess.Setup setup = SluiceProcess.setup(yaml);
        assertEnds(setup, "needs a datasource: set quarkus.datasource.reactive.url");
        assertEnds(
                setup.with("QUARKUS_DATASOURCE_REACTIVE_URL", postgres.url()),
                "needs to know where Vault is: set quarkus.vault.url (QUARKUS_VAULT_URL)");
    }

    private static void assertEnds(SluiceProcess.Setup setup, String why) {
        try (SluiceProcess sluice = setup.launch()) {
            SluiceProcess.Ended ended = sluice.ended();
            assertEquals(1, ended.code(), ended::output);
            assertTrue(ended.output().contains(why), ended::output);
            assertFalse(ended.output().contains("Exception"), ended::output);
        }
    }

    @Test
    void a_provider_that_is_away_at_the_start_is_used_when_it_comes() {
        role("late", "p0");
        try (VaultStandIn vault = new VaultStandIn()) {
            vault.holds("late", "p0");
            vault.answersInstead(503, "{\"errors\":[\"Vault is sealed\"]}");
            String yaml = "postgres: { credentials: { vault: { path: kv/sluice } } }\n" + ROUTES;
            try (SluiceProcess sluice = SluiceProcess.setup(yaml)
                    .with("QUARKUS_DATASOURCE_REACTIVE_URL", postgres.url())
                    .with("QUARKUS_VAULT_URL", vault.url().toString())
                    .with("QUARKUS_VAULT_AUTHENTICATION_CLIENT_TOKEN", VaultStandIn.TOKEN)
                    .start()) {
                assertEquals(503, sluice.get("/rows/1").statusCode());
                assertEquals("unreadable: Vault is sealed or in maintenance", state(sluice));
                vault.answersAgain();
                await().atMost(SOON).until(() -> sluice.get("/rows/1").statusCode() == 200);
                assertEquals("ok", state(sluice));
            }
        }
    }

    private static String state(SluiceProcess sluice) {
        return new JsonObject(sluice.management("/q/health/ready").body())
                .getJsonArray("checks")
                .getJsonObject(0)
                .getJsonObject("data")
                .getString("postgres credentials");
    }

    /** In {@code ready} and in the metric. */
    private static void awaitState(SluiceProcess sluice, String word) {
        await().atMost(SOON)
                .until(() -> state(sluice).split(":")[0].equals(word)
                        && sluice.management("/q/metrics")
                                .body()
                                .matches("(?s).*sluice_credentials_state\\{[^}]*state=\"" + word + "\"[^}]*} 1.0.*"));
    }

    /** Rotates under load, and looks that every request was answered and that nothing of an old login is left. */
    private static void rotates(String provider, SluiceProcess.Setup setup, IntConsumer rotate) {
        try (SluiceProcess sluice =
                setup.with("QUARKUS_DATASOURCE_REACTIVE_URL", postgres.url()).start()) {
            String request = Load.get("/rows/7", "c");
            List<Long> settled = new ArrayList<>();
            Load.Report report;
            try (Load load = Load.continuous(List.of(sluice), request, CONNECTIONS)) {
                for (int nth = 1; nth <= ROTATIONS; nth++) {
                    int expected = nth;
                    long before = number("SELECT (extract(epoch FROM clock_timestamp()) * 1000)::bigint");
                    rotate.accept(nth);
                    await().atMost(SOON).until(() -> rotations(sluice, provider) >= expected);
                    // Every pooled session was begun after this password came.
                    await().atMost(SOON)
                            .until(() ->
                                    number("SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend'"
                                                    + " AND usename <> 'postgres' AND application_name <> 'sluice commits'"
                                                    + " AND extract(epoch FROM backend_start) * 1000 < " + before)
                                            == 0);
                    settled.add(number("SELECT (extract(epoch FROM clock_timestamp()) * 1000)::bigint") - before);
                }
                report = load.stop();
            }
            System.out.printf(
                    "%s: %d requests, %d failures, slowest %d ms, p99 %d ms; old connections gone after %s ms%n",
                    provider,
                    report.statuses().size(),
                    report.failures().size() + report.statuses().size() - report.count(200),
                    report.slowestMillis(),
                    report.percentileMillis(99),
                    settled);
            assertEquals(List.of(), report.failures());
            assertEquals(report.statuses().size(), report.count(200), sluice::log);
            assertTrue(report.statuses().size() > 100);
            assertEquals(200, sluice.get("/tagged/7").statusCode());
            assertEquals("ok", state(sluice));
            assertFalse(sluice.log().matches("(?s).*\\bp[0-9]\\b.*"), sluice::log);
        }
    }

    private static long rotations(SluiceProcess sluice, String provider) {
        Matcher found = Pattern.compile(
                        "sluice_credentials_rotations_total\\{[^}]*provider=\"" + provider + "\"[^}]*} ([0-9.]+)")
                .matcher(sluice.management("/q/metrics").body());
        return found.find() ? (long) Double.parseDouble(found.group(1)) : 0;
    }

    private static void role(String name, String password) {
        execute("CREATE ROLE " + name + " LOGIN PASSWORD '" + password + "'");
    }

    /** A version of the secret, and the link that is swapped to it as the kubelet does. */
    private static void version(Path secret, String version, String user, String password) {
        try {
            Path made = Files.createDirectory(secret.resolve(".." + version));
            Files.writeString(made.resolve("username"), user + "\n");
            Files.writeString(made.resolve("password"), password);
            Path link = Files.createSymbolicLink(secret.resolve("..data_tmp"), made.getFileName());
            Files.move(link, secret.resolve("..data"), StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void execute(String sql) {
        try (Connection connection = postgres.dataSource().getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        } catch (SQLException e) {
            throw new IllegalStateException(sql, e);
        }
    }

    private static long number(String sql) {
        try (Connection connection = postgres.dataSource().getConnection();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            rows.next();
            return rows.getLong(1);
        } catch (SQLException e) {
            throw new IllegalStateException(sql, e);
        }
    }
}
