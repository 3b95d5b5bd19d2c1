package io.sluice.demo;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import javax.sql.DataSource;

/** A real Postgres server on a free loopback port, its data in a folder of its own; started by the constructor. */
public final class EmbeddedPostgres implements AutoCloseable {
    private final io.zonky.test.db.postgres.embedded.EmbeddedPostgres server;

    /**
     * Also stops at the end of this JVM, if it was not closed before.
     *
     * @param work an existing folder, where binaries are unpacked and data and the log are kept; the caller removes it
     */
    public EmbeddedPostgres(Path work) {
        this(work, true);
    }

    /** @param stopAtExit whether to stop at the end of this JVM; false for a caller that has an order for its ending */
    EmbeddedPostgres(Path work, boolean stopAtExit) {
        ProcessBuilder.Redirect log =
                ProcessBuilder.Redirect.appendTo(work.resolve("postgres.log").toFile());
        // Otherwise an empty folder stays in the temporary folder, whatever the data directory is.
        System.setProperty("ot.epg.working-dir", work.toString());
        try {
            server = io.zonky.test.db.postgres.embedded.EmbeddedPostgres.builder()
                    .setOverrideWorkingDirectory(work.toFile())
                    .setDataDirectory(work.resolve("data"))
                    .setRegisterShutdownHook(stopAtExit)
                    .setServerConfig("fsync", "off")
                    .setServerConfig("unix_socket_directories", "")
                    .setOutputRedirector(log)
                    .setErrorRedirector(log)
                    .start();
        } catch (IOException | IllegalStateException e) {
            throw new IllegalStateException("the embedded Postgres does not start: " + lastLine(work, e), e);
        }
    }

    /** What Postgres itself said last, which is the reason; e.g. where root may not become another user. */
    private static String lastLine(Path work, Exception otherwise) {
        try (Stream<String> lines = Files.lines(work.resolve("postgres.log"), StandardCharsets.UTF_8)) {
            return lines.filter(line -> !line.isBlank())
                    .reduce((one, next) -> next)
                    .orElseGet(otherwise::toString);
        } catch (IOException e) {
            return otherwise.toString();
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
