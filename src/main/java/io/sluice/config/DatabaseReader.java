package io.sluice.config;

import io.sluice.origin.postgres.DatabaseSettings;
import io.sluice.origin.postgres.DatabaseSettings.PoolSize;
import io.sluice.origin.postgres.DatabaseSettings.Server;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads {@code postgres} at the top of the file: what holds for the database of all Postgres routes. */
final class DatabaseReader {
    private static final int POSTGRES_PORT = 5432;
    private static final int SHORTEST_KEY = 16;
    private static final long MILLI = 1_000;
    private static final long DAY = 86_400_000 * MILLI;

    private final Fields fields;

    private DatabaseReader(Fields fields) {
        this.fields = fields;
    }

    static DatabaseConfig read(Fields file) {
        Fields fields = file.map("postgres", Keys.DATABASE, "'postgres'");
        return fields == null
                ? DatabaseConfig.NONE
                : new DatabaseConfig(
                        CredentialsReader.read(fields), new DatabaseReader(fields).settings(), cursorKey(fields));
    }

    private static @Nullable String cursorKey(Fields fields) {
        Text key = fields.text("cursor-key");
        if (key != null && key.value().length() < SHORTEST_KEY) {
            fields.problem(
                    key.place(),
                    fields.what("cursor-key") + " is shorter than " + SHORTEST_KEY + " characters",
                    fields.accepts("cursor-key"));
        }
        return key == null ? null : key.value();
    }

    private DatabaseSettings settings() {
        Text pooler = fields.word("pooler", List.of("transaction"));
        Text listen = fields.text("listen");
        List<Server> replicas = new ArrayList<>();
        for (Text address : fields.texts("replicas")) {
            Server replica = server("replicas", address);
            if (replica != null && replicas.contains(replica)) {
                fields.problem(address.place(), "'" + address.value() + "' is there twice in 'replicas'", null);
            } else if (replica != null) {
                replicas.add(replica);
            }
        }
        DatabaseSettings standard = DatabaseSettings.STANDARD;
        Duration wait = within(fields, "replica-wait", MILLI, 10_000 * MILLI);
        Duration maxLag = within(fields, "max-lag", 100 * MILLI, DAY / 24);
        return new DatabaseSettings(
                pool(),
                pooler != null,
                listen == null ? null : server("listen", listen),
                replicas,
                maxLag == null ? standard.maxLag() : maxLag,
                wait == null ? standard.replicaWait() : wait);
    }

    private PoolSize pool() {
        PoolSize standard = PoolSize.STANDARD;
        Fields pool = fields.map("pool", Keys.POOL, "'pool'");
        if (pool == null) {
            return standard;
        }
        Long size = pool.number("size", 1, 10_000);
        Long waiting = pool.number("waiting", 0, 1_000_000);
        Duration patience = within(pool, "wait", MILLI, DAY / 24);
        Long pipelining = pool.number("pipelining", 1, 10_000);
        return new PoolSize(
                size == null ? null : Integer.valueOf(size.intValue()),
                waiting == null ? standard.waiting() : waiting.intValue(),
                patience == null ? standard.patience() : patience,
                within(pool, "max-lifetime", 1_000 * MILLI, DAY),
                within(pool, "idle", 1_000 * MILLI, DAY),
                pipelining == null ? standard.pipelining() : pipelining.intValue());
    }

    /** Null where it is not there, or where a mistake was reported. */
    private static @Nullable Duration within(Fields fields, String key, long least, long most) {
        Long micros = fields.micros(key);
        if (micros == null) {
            return null;
        }
        if (micros < least || micros > most) {
            fields.problem(fields.place(key), fields.what(key) + " is out of range", fields.accepts(key));
            return null;
        }
        return Duration.of(micros, ChronoUnit.MICROS);
    }

    /** Its users are those of the datasource, so that no password stands here. */
    private @Nullable Server server(String key, Text text) {
        URI uri;
        try {
            uri = new URI(text.value());
        } catch (URISyntaxException e) {
            fields.bad(key, text);
            return null;
        }
        String path = uri.getPath() == null ? "" : uri.getPath();
        if (uri.getRawUserInfo() != null) {
            fields.problem(text.place(), "an address in '" + key + "' carries a user", fields.accepts(key));
            return null;
        }
        boolean known = "postgresql".equals(uri.getScheme()) || "postgres".equals(uri.getScheme());
        if (!known
                || uri.getHost() == null
                || uri.getPort() == 0
                || uri.getPort() > 65_535
                || uri.getRawQuery() != null
                || uri.getRawFragment() != null
                || path.indexOf('/', 1) > 0) {
            fields.bad(key, text);
            return null;
        }
        String host = uri.getHost();
        return new Server(
                host.startsWith("[") ? host.substring(1, host.length() - 1) : host,
                uri.getPort() < 0 ? POSTGRES_PORT : uri.getPort(),
                path.length() < 2 ? null : path.substring(1));
    }
}
