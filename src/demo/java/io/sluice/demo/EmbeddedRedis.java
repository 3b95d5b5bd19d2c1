package io.sluice.demo;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import redis.embedded.core.ExecutableProvider;

/**
 * A real Redis server on a free loopback port, without persistence; started by the constructor. The process is
 * started here and not by embedded-redis, of which only the program is taken: that way its id is known, it needs no
 * configuration file, and nothing of it stays in the temporary folder.
 */
public final class EmbeddedRedis implements AutoCloseable {
    private static final int START_SECONDS = 10;

    private final int port;
    private final Path program;
    private Process process;

    /** Also stops at the end of this JVM, if it was not closed before. */
    public EmbeddedRedis() {
        this(Ports.free());
    }

    /** As {@link #EmbeddedRedis()}, on that port. */
    public EmbeddedRedis(int port) {
        this(port, OwnFolder.PROGRAM);
        OwnFolder.SERVERS.add(this);
    }

    /** @param work where the program is unpacked; the caller removes it after {@link #close} */
    public EmbeddedRedis(Path work) {
        this(Ports.free(), unpacked(work));
    }

    private EmbeddedRedis(int port, Path program) {
        this.port = port;
        this.program = program;
        this.process = start();
    }

    private static Path unpacked(Path work) {
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
            Process started = new ProcessBuilder(
                            program.toString(),
                            "--port",
                            Integer.toString(port),
                            "--bind",
                            "127.0.0.1",
                            "--save",
                            "",
                            "--appendonly",
                            "no",
                            "--maxclients",
                            "2000")
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
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress("127.0.0.1", port), 1000);
            socket.setSoTimeout(1000);
            OutputStream out = socket.getOutputStream();
            out.write("INFO server\r\nQUIT\r\n".getBytes(US_ASCII));
            String answer = new String(socket.getInputStream().readAllBytes(), US_ASCII);
            return answer.contains("process_id:" + pid + "\r\n");
        } catch (IOException e) {
            return false;
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
