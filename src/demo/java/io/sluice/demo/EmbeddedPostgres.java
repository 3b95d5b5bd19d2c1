package io.sluice.demo;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import javax.sql.DataSource;

/** A real Postgres server on a free loopback port, its data in a folder of its own; started by the constructor. */
public final class EmbeddedPostgres implements AutoCloseable {
    private final io.zonky.test.db.postgres.embedded.EmbeddedPostgres server;

    /** @param work where binaries are unpacked and data is kept; the caller removes it */
    public EmbeddedPostgres(Path work) {
        try {
            server = io.zonky.test.db.postgres.embedded.EmbeddedPostgres.builder()
                    .setOverrideWorkingDirectory(work.toFile())
                    .setServerConfig("fsync", "off")
                    .start();
        } catch (IOException e) {
            throw new UncheckedIOException("the embedded Postgres does not start", e);
        }
    }

    public int port() {
        return server.getPort();
    }

    /** As {@code quarkus.datasource.reactive.url} takes it; user and password are {@code postgres}. */
    public String url() {
        return "postgresql://127.0.0.1:" + port() + "/postgres";
    }

    public DataSource dataSource() {
        return server.getPostgresDatabase();
    }

    @Override
    public void close() {
        try {
            server.close();
        } catch (IOException e) {
            throw new UncheckedIOException("the embedded Postgres does not stop", e);
        }
    }
}
