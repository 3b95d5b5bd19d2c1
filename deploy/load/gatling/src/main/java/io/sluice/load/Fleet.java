package io.sluice.load;

import io.sluice.demo.EmbeddedRedis;
import io.sluice.demo.Folders;
import io.sluice.demo.GatewayProcess;
import io.sluice.demo.Ports;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Packaged gateways that share one Redis and one origin, ready to serve; started by the constructor. */
final class Fleet implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    /** Keys that each instance is asked for before the load, on each of these routes, so that it has compiled its hottest code. */
    private static final int WARM_UP = 150;

    private static final List<String> WARM_ROUTES = List.of("/passed/", "/cached/", "/exact/", "/leased/");

    final EmbeddedRedis redis = new EmbeddedRedis();
    final CountingOrigin origin = new CountingOrigin();
    private final Path work = Folders.temporary("sluice-load-");
    private final List<GatewayProcess> gateways = new ArrayList<>();
    private final List<Integer> ports = new ArrayList<>();
    private final List<Integer> managements = new ArrayList<>();
    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private long lateBefore;
    private boolean closed;

    Fleet(Settings settings) {
        Runtime.getRuntime().addShutdownHook(new Thread(this::close, "fleet-end"));
        try {
            for (int i = 0; i < settings.instances(); i++) {
                ports.add(Ports.free());
                managements.add(Ports.free());
                gateways.add(new GatewayProcess(
                        settings.jar(), environment(settings, ports.get(i), managements.get(i)), work));
            }
            for (int i = 0; i < settings.instances(); i++) {
                gateways.get(i)
                        .awaitReady(URI.create("http://127.0.0.1:" + managements.get(i) + "/q/health/ready"), PATIENCE);
            }
            warmUp();
        } catch (IOException e) {
            throw new IllegalStateException("the fleet does not serve", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("stopped while the fleet started", e);
        }
    }

    private Map<String, String> environment(Settings settings, int port, int management) {
        return Map.of(
                "SLUICE_CONFIG", settings.config().toString(),
                "ORIGIN", origin.url(),
                "QUARKUS_HTTP_HOST", "127.0.0.1",
                "QUARKUS_HTTP_PORT", Integer.toString(port),
                "QUARKUS_MANAGEMENT_HOST", "127.0.0.1",
                "QUARKUS_MANAGEMENT_PORT", Integer.toString(management),
                "QUARKUS_REDIS_HOSTS", redis.url(),
                "QUARKUS_LOG_LEVEL", "WARN");
    }

    /** Both misses and hits, on every instance. */
    private void warmUp() throws IOException, InterruptedException {
        for (int i = 0; i < WARM_UP; i++) {
            for (String url : urls()) {
                for (String route : WARM_ROUTES) {
                    String address = url + route + "warm-up-" + url.hashCode() + "-" + i;
                    ask(address);
                    ask(address);
                }
            }
        }
        origin.forget();
        lateBefore = late();
    }

    private String ask(String address) throws IOException, InterruptedException {
        HttpResponse<String> answer = http.send(
                HttpRequest.newBuilder(URI.create(address)).timeout(PATIENCE).build(),
                HttpResponse.BodyHandlers.ofString());
        if (answer.statusCode() != 200) {
            throw new IOException(address + " answers " + answer.statusCode());
        }
        return answer.body();
    }

    /** Commands that Redis did not answer within {@code store.deadline}, as the instances count them. */
    long late() {
        long late = 0;
        for (int management : managements) {
            try {
                late += ask("http://127.0.0.1:" + management + "/q/metrics")
                        .lines()
                        .filter(line -> line.startsWith("sluice_store_failures_total"))
                        .mapToLong(line -> (long) Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
                        .sum();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException(e);
            }
        }
        return late - lateBefore;
    }

    /** Where the instances listen. */
    List<String> urls() {
        return ports.stream().map(port -> "http://127.0.0.1:" + port).toList();
    }

    /** Also called when this JVM ends. */
    @Override
    public synchronized void close() {
        if (!closed) {
            closed = true;
            gateways.forEach(GatewayProcess::close);
            redis.close();
            origin.close();
            Folders.delete(work);
        }
    }
}
