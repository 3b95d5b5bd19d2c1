package io.sluice.demo;

import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

/**
 * {@code mvn -Pdemo}: a real Postgres and Redis with sample data, a sample API, and the packaged gateway in front of
 * them. Runs until it is interrupted; then, as when anything fails, it leaves no process and no file.
 */
public final class Demo {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final Path jar;
    private final Path config;
    private final Parts parts = new Parts();

    private Demo(Path jar, Path config) {
        this.jar = jar;
        this.config = config;
    }

    /** System properties: {@code sluice.jar}, the packaged gateway; {@code sluice.config}, its configuration file. */
    public static void main(String[] args) {
        Demo demo = new Demo(
                Path.of(System.getProperty("sluice.jar", "target/quarkus-app/quarkus-run.jar")),
                Path.of(System.getProperty("sluice.config", "src/demo/resources/sluice.yaml")));
        // Not returned from, so that Maven has no stack trace to add to what was said.
        System.exit(demo.run());
    }

    private int run() {
        try {
            Listening ports = Listening.of(System.getenv());
            String problem = ports.conflict()
                    .orElse(Files.isRegularFile(jar) ? "" : jar + " is not there: run mvn package first.");
            if (!problem.isEmpty()) {
                return failed(problem);
            }
            Runtime.getRuntime().addShutdownHook(new Thread(parts::close, "demo-end"));
            return serve(ports);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return 1;
        } catch (RuntimeException e) {
            return parts.ending() ? 1 : failed(String.valueOf(e.getMessage()));
        }
    }

    private int serve(Listening ports) throws InterruptedException {
        Path work = Folders.temporary("sluice-demo-");
        parts.start(() -> () -> Folders.delete(work));
        say("Starting Postgres and Redis (real ones, on free ports, with their files in " + work + ") ...");
        EmbeddedRedis redis = parts.start(() -> new EmbeddedRedis(Folders.in(work, "redis")));
        EmbeddedPostgres postgres = parts.start(() -> new EmbeddedPostgres(Folders.in(work, "postgres"), false));
        say("Loading the sample shop ...");
        long products = SampleShop.load(postgres.dataSource());
        SampleApi api = parts.start(SampleApi::new);
        say("Loaded " + products + " products. Starting the gateway ...");
        GatewayProcess gateway = parts.start(
                () -> new GatewayProcess(jar, environment(redis, postgres, api, ports), Folders.in(work, "gateway")));
        gateway.awaitReady(URI.create("http://127.0.0.1:" + ports.management() + "/q/health/ready"), PATIENCE);
        System.out.println(Guide.text(ports, config));
        int code = gateway.awaitEnd();
        return parts.ending() ? 0 : failed("The gateway ended with code " + code + "; its own message is above.");
    }

    private Map<String, String> environment(
            EmbeddedRedis redis, EmbeddedPostgres postgres, SampleApi api, Listening ports) {
        Map<String, String> environment = new HashMap<>();
        environment.put("SLUICE_CONFIG", config.toAbsolutePath().toString());
        environment.put("SAMPLE_API", api.url());
        environment.put("QUARKUS_REDIS_HOSTS", redis.url());
        environment.put("QUARKUS_DATASOURCE_REACTIVE_URL", postgres.url());
        environment.put("QUARKUS_DATASOURCE_USERNAME", "postgres");
        environment.put("QUARKUS_DATASOURCE_PASSWORD", "postgres");
        environment.put("QUARKUS_HTTP_PORT", Integer.toString(ports.data()));
        environment.put("QUARKUS_MANAGEMENT_PORT", Integer.toString(ports.management()));
        return environment;
    }

    private static void say(String line) {
        System.out.println("[demo] " + line);
    }

    private static int failed(String problem) {
        System.err.println("[demo] " + problem);
        return 1;
    }
}
