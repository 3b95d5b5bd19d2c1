package io.sluice.it;

import io.sluice.demo.Ports;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** One gateway process with its own ports, configuration file and log. */
final class SluiceProcess implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(40);
    private static final HttpClient HTTP =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    private final int[] ports = Ports.free(2);
    final int port = ports[0];
    final int management = ports[1];
    final Path folder;
    final Path config;
    final Path log;
    private final Process process;

    private SluiceProcess(Path folder, Path config, Map<String, String> environment, List<String> options)
            throws IOException {
        this.folder = folder;
        this.config = config;
        this.log = folder.resolve("sluice.log");
        ProcessBuilder builder = new ProcessBuilder(java(options))
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(log.toFile());
        builder.environment().put("SLUICE_CONFIG", config.toString());
        builder.environment().put("QUARKUS_HTTP_HOST", "127.0.0.1");
        builder.environment().put("QUARKUS_HTTP_PORT", Integer.toString(port));
        builder.environment().put("QUARKUS_MANAGEMENT_HOST", "127.0.0.1");
        builder.environment().put("QUARKUS_MANAGEMENT_PORT", Integer.toString(management));
        builder.environment().putAll(environment);
        this.process = builder.start();
    }

    /** What a process is started with. */
    static final class Setup {
        private final String yaml;
        private @Nullable Path file;
        private final Map<String, String> environment = new HashMap<>();
        private final List<String> options = new ArrayList<>(List.of("-Xmx256m"));

        Setup(String yaml) {
            this.yaml = yaml;
        }

        Setup redis(String url) {
            return with("QUARKUS_REDIS_HOSTS", url);
        }

        Setup postgres(String url) {
            return with("QUARKUS_DATASOURCE_REACTIVE_URL", url)
                    .with("QUARKUS_DATASOURCE_USERNAME", "postgres")
                    .with("QUARKUS_DATASOURCE_PASSWORD", "postgres");
        }

        Setup with(String name, String value) {
            environment.put(name, value);
            return this;
        }

        Setup option(String option) {
            options.add(option);
            return this;
        }

        /** Reads that file, which the caller makes and keeps, instead of one of its own. */
        Setup file(Path path) {
            file = path;
            return this;
        }

        /** Starts it without waiting. */
        SluiceProcess launch() {
            try {
                Path folder = Files.createTempDirectory("sluice-it");
                Path own = file;
                Path config = own == null ? folder.resolve("sluice.yaml") : own;
                if (own == null) {
                    Files.writeString(config, yaml);
                }
                return new SluiceProcess(folder, config, environment, options);
            } catch (IOException e) {
                throw new UncheckedIOException("the gateway does not start", e);
            }
        }

        /** Starts it and waits until it is ready. */
        SluiceProcess start() {
            return launch().awaitReady();
        }
    }

    /** Starts several at once and waits until all are ready. */
    static List<SluiceProcess> start(int count, Setup setup) {
        List<SluiceProcess> launched = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            launched.add(setup.launch());
        }
        launched.forEach(SluiceProcess::awaitReady);
        return launched;
    }

    /** What a command that ends by itself came to. */
    record Ended(int code, String output) {}

    /** Runs the program with arguments to its end. */
    static Ended command(String... arguments) {
        List<String> command = new ArrayList<>(java(List.of()));
        command.addAll(List.of(arguments));
        try {
            Process process =
                    new ProcessBuilder(command).redirectErrorStream(true).start();
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            return new Ended(process.waitFor(), output);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private static List<String> java(List<String> options) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(options);
        command.add("-jar");
        command.add(Path.of(System.getProperty("sluice.jar", "target/quarkus-app/quarkus-run.jar"))
                .toAbsolutePath()
                .toString());
        return command;
    }

    /** Waits for a process that ends by itself. */
    Ended ended() {
        try {
            if (!process.waitFor(PATIENCE.toMillis(), TimeUnit.MILLISECONDS)) {
                throw new IllegalStateException("the gateway does not end:\n" + log());
            }
            return new Ended(process.exitValue(), log());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    static Setup setup(String yaml) {
        return new Setup(yaml);
    }

    /** Waits until it is ready; ends it when that does not come. */
    SluiceProcess awaitReady() {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (System.nanoTime() < deadline) {
            if (!process.isAlive()) {
                throw new IllegalStateException("the gateway ended with " + process.exitValue() + ":\n" + log());
            }
            try {
                if (management("/q/health/ready").statusCode() == 200) {
                    return this;
                }
            } catch (UncheckedIOException notYet) {
                // not listening yet
            }
            pause();
        }
        process.destroyForcibly();
        throw new IllegalStateException("the gateway is not ready after " + PATIENCE + ":\n" + log());
    }

    private static void pause() {
        try {
            TimeUnit.MILLISECONDS.sleep(50);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    String base() {
        return "http://127.0.0.1:" + port;
    }

    HttpResponse<String> get(String path, String... headers) {
        return fetch(base() + path, headers);
    }

    /** Sends a body to the data port. */
    HttpResponse<String> send(String method, String path, String body, String... headers) {
        return send(method, path, body.getBytes(StandardCharsets.UTF_8), headers);
    }

    HttpResponse<String> send(String method, String path, byte[] body, String... headers) {
        return send(request(base() + path, headers).method(method, HttpRequest.BodyPublishers.ofByteArray(body)));
    }

    CompletableFuture<HttpResponse<String>> getAsync(String path, String... headers) {
        return HTTP.sendAsync(request(base() + path, headers).build(), HttpResponse.BodyHandlers.ofString());
    }

    HttpResponse<String> management(String path) {
        return fetch("http://127.0.0.1:" + management + path);
    }

    /** Sends a body to the management port. */
    HttpResponse<String> manage(String method, String path, String body, String... headers) {
        return send(request("http://127.0.0.1:" + management + path, headers)
                .method(method, HttpRequest.BodyPublishers.ofString(body)));
    }

    private static HttpResponse<String> fetch(String url, String... headers) {
        return send(request(url, headers));
    }

    private static HttpRequest.Builder request(String url, String... headers) {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(url)).timeout(Duration.ofSeconds(20));
        return headers.length > 0 ? request.headers(headers) : request;
    }

    private static HttpResponse<String> send(HttpRequest.Builder request) {
        try {
            return HTTP.send(request.build(), HttpResponse.BodyHandlers.ofString());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    void rewrite(String yaml) {
        try {
            Files.writeString(config, yaml);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    String log() {
        try {
            return Files.readString(log);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    Process process() {
        return process;
    }

    /** SIGTERM; the exit code. */
    int terminate() {
        process.destroy();
        try {
            if (!process.waitFor(PATIENCE.toMillis(), TimeUnit.MILLISECONDS)) {
                process.destroyForcibly();
                throw new IllegalStateException("the gateway does not end:\n" + log());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
        return process.exitValue();
    }

    /** SIGKILL. */
    void kill() {
        process.destroyForcibly();
    }

    @Override
    public void close() {
        process.destroyForcibly();
        try {
            process.waitFor(10, TimeUnit.SECONDS);
            try (var files = Files.list(folder)) {
                for (Path file : files.toList()) {
                    Files.deleteIfExists(file);
                }
            }
            Files.deleteIfExists(folder);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
