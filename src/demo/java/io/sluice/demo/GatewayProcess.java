package io.sluice.demo;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** The packaged gateway as a child process that writes to this process' output; started by the constructor. */
public final class GatewayProcess implements AutoCloseable {
    private static final Duration STOP = Duration.ofSeconds(15);

    private final Process process;

    /**
     * @param jar the packaged {@code quarkus-run.jar}
     * @param environment on top of this process' own
     * @param work an existing folder for its temporary files; the caller removes it after {@link #close}
     */
    public GatewayProcess(Path jar, Map<String, String> environment, Path work) {
        Path java = Path.of(System.getProperty("java.home"), "bin", "java");
        ProcessBuilder builder = new ProcessBuilder(
                        List.of(java.toString(), "-Djava.io.tmpdir=" + work, "-jar", jar.toString()))
                .inheritIO();
        builder.environment().putAll(environment);
        try {
            process = builder.start();
        } catch (IOException e) {
            throw new UncheckedIOException("the gateway cannot be started", e);
        }
    }

    /**
     * Returns when {@code ready} answers 200.
     *
     * @throws IllegalStateException when the process ends before that, or the time is over
     */
    public void awaitReady(URI ready, Duration patience) throws InterruptedException {
        long end = System.nanoTime() + patience.toNanos();
        while (status(ready) != HttpURLConnection.HTTP_OK) {
            if (process.waitFor(100, TimeUnit.MILLISECONDS)) {
                throw new IllegalStateException("The gateway ended with code " + process.exitValue()
                        + " before it was ready; its own message is above.");
            }
            if (System.nanoTime() - end > 0) {
                throw new IllegalStateException(
                        "The gateway was not ready within " + patience.toSeconds() + " s (" + ready + ").");
            }
        }
    }

    /** 0 when nobody answers. */
    private static int status(URI uri) {
        try {
            HttpURLConnection connection = (HttpURLConnection) uri.toURL().openConnection();
            connection.setConnectTimeout(1000);
            connection.setReadTimeout(2000);
            try {
                return connection.getResponseCode();
            } finally {
                connection.disconnect();
            }
        } catch (IOException e) {
            return 0;
        }
    }

    /** Waits for its end; returns its exit code. */
    public int awaitEnd() throws InterruptedException {
        return process.waitFor();
    }

    /** Asks it to end, and kills it when it takes too long. Returns when it is gone. */
    @Override
    public void close() {
        process.destroy();
        try {
            if (!process.waitFor(STOP.toMillis(), TimeUnit.MILLISECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
        process.onExit().join();
    }
}
