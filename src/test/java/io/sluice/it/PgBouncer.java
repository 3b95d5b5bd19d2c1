package io.sluice.it;

import static org.awaitility.Awaitility.await;

import io.sluice.demo.Ports;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** A real PgBouncer before a Postgres on this host, which lends its few sessions by the transaction. */
final class PgBouncer implements AutoCloseable {
    final int port = Ports.free();
    private final Process process;

    /**
     * @param sessions with Postgres, for all clients
     * @param user whom it lets in besides {@code postgres}
     */
    PgBouncer(int postgres, int sessions, String user) {
        try {
            Path folder = Files.createTempDirectory("sluice-it-pgbouncer");
            // As root it becomes somebody else, who has to read it.
            Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
            Path users = Files.writeString(
                    folder.resolve("users.txt"), "\"postgres\" \"postgres\"\n\"" + user + "\" \"postgres\"\n");
            Path ini =
                    Files.writeString(folder.resolve("pgbouncer.ini"), """
                    [databases]
                    * = host=127.0.0.1 port=%d
                    [pgbouncer]
                    listen_addr = 127.0.0.1
                    listen_port = %d
                    unix_socket_dir =
                    auth_type = trust
                    auth_file = %s
                    pool_mode = transaction
                    default_pool_size = %d
                    """.formatted(postgres, port, users, sessions));
            List<String> command = new ArrayList<>(List.of(program()));
            if (ProcessHandle.current().info().user().filter("root"::equals).isPresent()) {
                command.addAll(List.of("-u", "nobody"));
            }
            command.add(ini.toString());
            process = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(folder.resolve("pgbouncer.log").toFile())
                    .start();
        } catch (IOException e) {
            throw new UncheckedIOException("PgBouncer does not start", e);
        }
        await().atMost(Duration.ofSeconds(10)).until(this::listens);
    }

    private static String program() {
        return Stream.of("/usr/sbin/pgbouncer", "/usr/bin/pgbouncer", "/usr/local/bin/pgbouncer")
                .filter(path -> Files.isExecutable(Path.of(path)))
                .findFirst()
                .orElse("pgbouncer");
    }

    private boolean listens() {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress("127.0.0.1", port), 200);
            return true;
        } catch (IOException notYet) {
            return false;
        }
    }

    @Override
    public void close() {
        process.destroy();
        try {
            if (!process.waitFor(5, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
