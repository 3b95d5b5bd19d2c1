package io.sluice.boot;

import io.sluice.client.Claims;
import io.sluice.config.Compiled;
import io.sluice.config.Config;
import io.sluice.config.ConfigReader;
import io.sluice.config.Problem;
import io.sluice.config.Read;
import io.sluice.config.RouteCompiler;
import io.sluice.config.Verdict;
import io.sluice.origin.postgres.PostgresOrigin;
import io.sluice.origin.postgres.Prepared;
import io.sluice.token.TokenSettings;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/** Reads the file, has Postgres check its SQL, and makes the table. Blocks: never on an event loop. */
final class Configuration {
    private static final Logger LOG = Logger.getLogger(Configuration.class);
    private static final Duration PREPARE = Duration.ofSeconds(5);

    private final Path file;
    private final OriginPool origins;
    private final Vertx vertx;
    private final Consumer<Config> beforePostgres;
    private @Nullable KeyFetch tokens;

    /** @param beforePostgres told of a configuration that was read, before its SQL is checked */
    Configuration(Path file, OriginPool origins, Vertx vertx, Consumer<Config> beforePostgres) {
        this.beforePostgres = beforePostgres;
        this.vertx = vertx;
        this.file = file;
        this.origins = origins;
    }

    /** What loading came to. */
    sealed interface Loaded {
        record Ready(Compiled compiled, OriginPool.Draft origins) implements Loaded {}

        record Refused(List<Problem> problems) implements Loaded {
            /** For people. */
            String lines() {
                return problems.stream().map(Problem::toString).collect(Collectors.joining(System.lineSeparator()));
            }
        }
    }

    Read read() {
        return ConfigReader.read(file, System::getenv);
    }

    Loaded load() {
        Read read = read();
        if (read instanceof Read.Bad bad) {
            return new Loaded.Refused(bad.problems());
        }
        return compile(((Read.Ok) read).config());
    }

    private Loaded compile(Config config) {
        if (config.needsPostgres() && !origins.hasPostgres()) {
            return new Loaded.Refused(config.postgresPlaces().stream()
                    .map(place -> new Problem(
                            place,
                            "a Postgres route needs a datasource: set quarkus.datasource.reactive.url"
                                    + " (QUARKUS_DATASOURCE_REACTIVE_URL), …username and …password"))
                    .toList());
        }
        beforePostgres.accept(config);
        OriginPool.Draft draft = origins.draft();
        // Whose tokens are believed changes only when all else is accepted.
        AtomicReference<Claims> claims = new AtomicReference<>(Claims.NONE);
        Compiled compiled = RouteCompiler.compile(
                config, draft, (token, name) -> claims.getPlain().claim(token, name));
        List<Problem> refused = prepare(config, draft.statements());
        if (!refused.isEmpty()) {
            draft.abandon();
            return new Loaded.Refused(refused);
        }
        claims.set(claims(config.tokens()));
        return new Loaded.Ready(compiled, draft);
    }

    /** Who was believed before and still is keeps the keys that were fetched. */
    private synchronized Claims claims(@Nullable TokenSettings settings) {
        KeyFetch before = tokens;
        if (before != null && settings != null && before.serves(settings)) {
            return before.verifier;
        }
        KeyFetch now = settings == null ? null : new KeyFetch(vertx, settings, before);
        if (before != null) {
            before.close();
        }
        tokens = now;
        return now == null ? Claims.NONE : now.verifier;
    }

    private static List<Problem> prepare(Config config, Map<String, PostgresOrigin> statements) {
        Map<String, CompletableFuture<Prepared>> asked = new LinkedHashMap<>();
        statements.forEach((route, origin) -> asked.put(
                route,
                origin.prepare()
                        .ifNoItem()
                        .after(PREPARE)
                        .recoverWithItem(new Prepared.Unreachable("no answer within " + PREPARE.toSeconds() + " s"))
                        .subscribeAsCompletionStage()));
        Map<String, Prepared> prepared = new HashMap<>();
        asked.forEach((route, future) -> prepared.put(route, future.join()));
        Verdict verdict = Verdict.of(config, prepared);
        verdict.unreachable()
                .forEach((route, why) -> LOG.warnf(
                        "route %s: Postgres is not reached (%s): it answers 503 until Postgres is back", route, why));
        verdict.warnings().forEach(LOG::warn);
        return verdict.problems();
    }
}
