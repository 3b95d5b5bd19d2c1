package io.sluice.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import io.sluice.origin.postgres.DatabaseSettings;
import io.sluice.origin.postgres.DatabaseSettings.PoolSize;
import io.sluice.origin.postgres.DatabaseSettings.Server;
import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** What {@code postgres} at the top may say of the way to the database, and its mistakes. */
class DatabaseReaderTest {
    private static final String SERVER = "a URL such as postgresql://db.example:5432/shop, without user and password";

    private static Read read(String postgres) {
        return ConfigReader.read("s.yaml", "postgres:\n" + postgres.indent(2), name -> null);
    }

    private static DatabaseSettings settings(String postgres) {
        return assertInstanceOf(Read.Ok.class, read(postgres))
                .config()
                .database()
                .settings();
    }

    private static void assertProblems(String postgres, String... expected) {
        Read.Bad bad = assertInstanceOf(Read.Bad.class, read(postgres));
        assertEquals(
                String.join("\n", expected),
                bad.problems().stream().map(Problem::toString).collect(Collectors.joining("\n")));
    }

    @Test
    void nothing_said_is_the_standard() {
        Read none = ConfigReader.read("s.yaml", "limits: {}\n", name -> null);
        assertEquals(
                DatabaseSettings.STANDARD,
                assertInstanceOf(Read.Ok.class, none).config().database().settings());
        assertEquals(DatabaseSettings.STANDARD, settings("pool: {}"));
    }

    @Test
    void all_of_it_is_read() {
        assertEquals(
                new DatabaseSettings(
                        new PoolSize(4, 0, Duration.ofMillis(250), Duration.ofMinutes(10), Duration.ofSeconds(30), 16),
                        true,
                        new Server("db", 5433, "shop"),
                        List.of(new Server("one", 5432, null), new Server("::1", 7000, "x")),
                        Duration.ofSeconds(3),
                        Duration.ofMillis(50)),
                settings("""
                        pool: { size: 4, waiting: 0, wait: 250ms, max-lifetime: 10m, idle: 30s, pipelining: 16 }
                        pooler: transaction
                        listen: postgresql://db:5433/shop
                        replicas: ["postgresql://one", "postgres://[::1]:7000/x"]
                        max-lag: 3s
                        replica-wait: 50ms
                        """));
    }

    @Test
    void mistakes_are_told_where_they_are() {
        assertProblems(
                "pool: { size: 0, wait: 2d, idle: 10ms, waits: 1s }",
                "s.yaml:2:17: bad value '0' for 'size' in 'pool'; accepted: a whole number from 1 to 10000",
                "s.yaml:2:26: 'wait' in 'pool' is out of range; accepted: a duration such as 500ms, 60s, 10m, 1h, 1d, from"
                        + " 1ms to 1h",
                "s.yaml:2:36: 'idle' in 'pool' is out of range; accepted: a duration such as 500ms, 60s, 10m, 1h, 1d, from"
                        + " 1s to 1d",
                "s.yaml:2:42: unknown key 'waits' in 'pool'; did you mean 'wait'? accepted: size, waiting, wait, max-lifetime,"
                        + " idle, pipelining");
        assertProblems(
                "pooler: session",
                "s.yaml:2:11: bad value 'session' for 'pooler' in 'postgres'; accepted: transaction");
        assertProblems(
                "listen: db:5432", "s.yaml:2:11: bad value 'db:5432' for 'listen' in 'postgres'; accepted: " + SERVER);
        assertProblems(
                "replicas: [\"postgresql://me:secret@db\", \"postgresql://db\", \"postgresql://db:5432\"]",
                "s.yaml:2:14: an address in 'replicas' carries a user; accepted: " + SERVER + ", or a list of them",
                "s.yaml:2:62: 'postgresql://db:5432' is there twice in 'replicas'");
    }
}
