package io.sluice.demo;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import redis.embedded.core.ExecutableProvider;

/**
 * A real Redis server on a free loopback port, without persistence; started by the constructor. The process is
 * started here and not by embedded-redis, of which only the program is taken: that way its id is known, it needs no
 * configuration file, and nothing of it stays in the temporary folder. The system property {@code redis.binary} names
 * another program, of Redis or Valkey, to be started instead.
 */
public final class EmbeddedRedis implements AutoCloseable {
    private static final int START_SECONDS = 10;
    private static final List<String> MEMORY_ONLY =
            List.of("--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--maxclients", "2000");

    private final int port;
    private final Path program;
    private final List<String> options;
    private Process process;

    /** Also stops at the end of this JVM, if it was not closed before. */
    public EmbeddedRedis() {
        this(Ports.free());
    }

    /** As {@link #EmbeddedRedis()}, on that port. */
    public EmbeddedRedis(int port) {
        this(port, List.of());
    }

    /**
     * As {@link #EmbeddedRedis()}, on that port.
     *
     * @param options as the server takes them on its command line, beyond those it has anyway
     */
    public EmbeddedRedis(int port, List<String> options) {
        this(port, OwnFolder.PROGRAM, joined(MEMORY_ONLY, options));
        OwnFolder.SERVERS.add(this);
    }

    /**
     * A sentinel, on that port; stopped as {@link #EmbeddedRedis()}.
     *
     * @param configuration which it writes what it learns to; the caller removes it
     */
    public static EmbeddedRedis sentinel(int port, Path configuration) {
        EmbeddedRedis sentinel = new EmbeddedRedis(
                port, OwnFolder.PROGRAM, List.of(configuration.toString(), "--sentinel", "--bind", "127.0.0.1"));
        OwnFolder.SERVERS.add(sentinel);
        return sentinel;
    }

    /** @param work where the program is unpacked; the caller removes it after {@link #close} */
    public EmbeddedRedis(Path work) {
        this(Ports.free(), unpacked(work), MEMORY_ONLY);
    }

    private EmbeddedRedis(int port, Path program, List<String> options) {
        this.port = port;
        this.program = program;
        this.options = options;
        this.process = start();
    }

    private static List<String> joined(List<String> some, List<String> more) {
        List<String> all = new ArrayList<>(some);
        all.addAll(more);
        return all;
    }

    private static Path unpacked(Path work) {
        String named = System.getProperty("redis.binary", "");
        if (!named.isEmpty()) {
            return Path.of(named);
        }
        try {
            return ExecutableProvider.newJarResourceProvider(work.toFile())
                    .get()
                    .toPath();
        } catch (IOException e) {
            throw new UncheckedIOException("Redis cannot be unpacked into " + work, e);
        }
    }

    private Process start() {
        try {
            List<String> command = new ArrayList<>(List.of(program.toString()));
            command.addAll(options);
            command.addAll(List.of("--port", Integer.toString(port)));
            Process started = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
            awaitAnswer(started);
            return started;
        } catch (IOException e) {
            throw new UncheckedIOException("the embedded Redis does not start on port " + port, e);
        }
    }

    private void awaitAnswer(Process started) throws IOException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(START_SECONDS);
        while (!answers(started.pid())) {
            if (!started.isAlive()) {
                throw new IOException("it ended with code " + started.exitValue());
            }
            if (System.nanoTime() - end > 0) {
                started.destroyForcibly();
                throw new IOException("it did not answer in " + START_SECONDS + " s");
            }
            pauseBriefly(started);
        }
    }

    /** Ends early when the process does. */
    private static void pauseBriefly(Process started) {
        try {
            started.waitFor(10, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            started.destroyForcibly();
        }
    }

    /** Whether the server on the port is ours: another one there would answer too. */
    private boolean answers(long pid) {
        try {
            return ask("INFO server").contains("process_id:" + pid + "\r\n");
        } catch (UncheckedIOException e) {
            return false;
        }
    }

    /**
     * What it replies, as it comes over the wire.
     *
     * @param command in a line, its words parted by spaces
     */
    public String ask(String command) {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress("127.0.0.1", port), 1000);
            socket.setSoTimeout(1000);
            OutputStream out = socket.getOutputStream();
            out.write((command + "\r\nQUIT\r\n").getBytes(US_ASCII));
            // A sentinel of Redis 7 knows no QUIT.
            socket.shutdownOutput();
            String answer = new String(socket.getInputStream().readAllBytes(), US_ASCII);
            return answer.endsWith("+OK\r\n") ? answer.substring(0, answer.length() - 5) : answer;
        } catch (IOException e) {
            throw new UncheckedIOException("Redis on port " + port + " does not answer " + command, e);
        }
    }

    public int port() {
        return port;
    }

    /** The server's process id. */
    public long pid() {
        return process.pid();
    }

    /** As {@code quarkus.redis.hosts} takes it. */
    public String url() {
        return "redis://127.0.0.1:" + port;
    }

    /** Stops it and starts an empty one on the same port. */
    public void restart() {
        close();
        startAgain();
    }

    /** Starts it again after {@link #close}. */
    public void startAgain() {
        process = start();
    }

    /** Lets it hang: connections stay open and nothing is answered, until {@link #resume}. */
    public void pause() {
        Signals.send(process, "STOP");
    }

    /** Lets it go on after {@link #pause}. */
    public void resume() {
        Signals.send(process, "CONT");
    }

    /** Kills it: no goodbye to anyone, and all it held is lost. Returns when it is gone; fine when it is already. */
    @Override
    public void close() {
        process.destroyForcibly();
        process.onExit().join();
    }

    /** What servers that name no folder share: the program, unpacked once, and an end together with this JVM. */
    private static final class OwnFolder {
        static final Set<EmbeddedRedis> SERVERS = ConcurrentHashMap.newKeySet();
        static final Path PROGRAM = unpack();

        private static Path unpack() {
            Path folder = Folders.temporary("sluice-redis-");
            Runtime.getRuntime().addShutdownHook(new Thread(() -> leave(folder), "redis-end"));
            return unpacked(folder);
        }

        private static void leave(Path folder) {
            SERVERS.forEach(EmbeddedRedis::close);
            Folders.delete(folder);
        }
    }
}
