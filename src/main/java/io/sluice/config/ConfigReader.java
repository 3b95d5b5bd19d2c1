package io.sluice.config;

import io.sluice.client.ClientSource;
import io.sluice.limit.Limit;
import io.sluice.route.LimitHeaders;
import io.sluice.route.Questions;
import io.sluice.token.TokenSettings;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.schema.CoreSchema;

/** Reads {@code sluice.yaml}: every mistake is reported, not only the first. Needs no network. */
public final class ConfigReader {
    /** Far above any honest file, far below what would hurt. */
    static final int MOST_BYTES = 1 << 20;

    private static final long DEFAULT_DEADLINE = 20_000;
    private static final long DEFAULT_NEAR = 64L << 20;

    private ConfigReader() {}

    /**
     * Blocks while the file is read.
     *
     * @param environment what a name is in the environment; null where it is not set
     */
    public static Read read(Path file, Function<String, @Nullable String> environment) {
        String name = file.toString();
        byte[] bytes;
        try (InputStream in = Files.newInputStream(file)) {
            bytes = in.readNBytes(MOST_BYTES + 1);
        } catch (NoSuchFileException e) {
            return bad(name, "there is no such file");
        } catch (IOException e) {
            return bad(name, Files.isDirectory(file) ? "it is a directory" : "it cannot be read");
        }
        if (bytes.length > MOST_BYTES) {
            return bad(name, "it is larger than 1MiB");
        }
        try {
            String text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
            return read(name, text, environment);
        } catch (CharacterCodingException e) {
            return bad(name, "it is not UTF-8");
        }
    }

    /** @param name of the file, for messages */
    public static Read read(String name, String text, Function<String, @Nullable String> environment) {
        String clean = text.startsWith("\ufeff") ? text.substring(1) : text;
        Source source = new Source(name, clean);
        Reading reading = new Reading(source, environment);
        Config config = null;
        try {
            Node root = compose(reading, source, name, clean);
            if (root != null) {
                config = assemble(reading, name, root);
            }
        } catch (Reading.TooMany e) {
            return bad(name, "its aliases make it too large");
        } catch (StackOverflowError e) {
            return bad(name, "it is nested too deeply");
        }
        return reading.sound() && config != null ? new Read.Ok(config) : new Read.Bad(reading.problems());
    }

    private static Read bad(String file, String found) {
        return new Read.Bad(List.of(new Problem(Place.of(file), found)));
    }

    private static @Nullable Node compose(Reading reading, Source source, String name, String text) {
        LoadSettings settings = LoadSettings.builder()
                .setLabel(name)
                .setSchema(new CoreSchema())
                .setMaxAliasesForCollections(1_000)
                .build();
        try {
            Optional<Node> root = new Compose(settings).composeString(text);
            if (root.isEmpty() || Reading.isNothing(root.get())) {
                reading.problem(source.whole(), "it is empty", "a map of " + String.join(", ", Keys.FILE.names()));
                return null;
            }
            return root.get();
        } catch (MarkedYamlEngineException e) {
            boolean opening =
                    e.getProblemMark().filter(mark -> source.follows(mark, '$')).isPresent();
            String found = e.getContext() == null ? e.getProblem() : e.getContext() + ", " + e.getProblem();
            reading.problem(
                    source.place(e.getProblemMark().or(e::getContextMark)),
                    "not YAML: " + found.replace('\n', ' '),
                    opening ? "\"${NAME}\" in quotes, where it stands between { and }" : null);
        } catch (YamlEngineException e) {
            String said = e.getMessage() == null ? "it cannot be read" : e.getMessage();
            reading.problem(source.whole(), "not YAML: " + said.replace('\n', ' '), null);
        }
        return null;
    }

    private static @Nullable Config assemble(Reading reading, String name, Node root) {
        Fields file =
                Fields.of(reading, root, Keys.FILE, "the file", reading.source().place(root));
        if (file == null) {
            return null;
        }
        if (file.has("jwt")) {
            reading.hasTokens();
        }
        TokenSettings tokens = JwtReader.read(reading, file);
        ClientsReader clients = new ClientsReader(reading, file);
        List<ClientSource> sources = clients.clients();
        Long instances = file.number("instances", 1, 100_000);
        Fields store = file.map("store", Keys.STORE, "'store'");
        Long deadline = store == null ? null : store.micros("deadline");
        Fields near = file.map("cache", Keys.NEAR, "'cache'");
        Long nearSize = near == null ? null : near.bytes("near-size", 1L << 40);
        Map<String, Limit> limits = new LinkedHashMap<>();
        Set<String> declared = new LinkedHashSet<>();
        for (Fields.Entry entry : file.named("limits")) {
            declared.add(entry.name());
            Limit limit = LimitReader.read(reading, entry);
            if (limit != null) {
                limits.put(entry.name(), limit);
            }
        }
        List<RouteConfig> routes = new ArrayList<>();
        for (Fields.Entry entry : file.named("routes")) {
            RouteConfig route = RouteReader.read(reading, entry, limits, declared);
            if (route != null) {
                findTwin(reading, routes, route);
                routes.add(route);
            }
        }
        routes = WriteTargets.resolve(reading, routes);
        DatabaseConfig database = DatabaseReader.read(file);
        Questions questions = new QuestionsReader(reading, file, limits, declared).read();
        return new Config(
                name,
                sources,
                clients.trustedProxies(),
                AccessReader.read(reading, file, sources),
                tokens,
                database,
                instances == null ? 1 : instances.intValue(),
                new Config.Store(micros(deadline)),
                new Config.Near(
                        nearSize == null ? DEFAULT_NEAR : nearSize,
                        near == null ? List.of() : ClientsReader.networks(near, "show-keys-to")),
                headers(file),
                java.util.Collections.unmodifiableMap(limits),
                questions,
                QuestionsReader.grpcPort(file),
                routes);
    }

    private static LimitHeaders headers(Fields file) {
        Text word = file.word(
                "headers",
                Arrays.stream(LimitHeaders.values()).map(LimitHeaders::word).toList());
        return word == null
                ? LimitHeaders.DRAFT
                : LimitHeaders.valueOf(word.value().toUpperCase(Locale.ROOT));
    }

    private static Duration micros(@Nullable Long deadline) {
        return HttpReader.micros(deadline, DEFAULT_DEADLINE);
    }

    /** Two routes for the same requests: which of them would answer must not depend on their order. */
    private static void findTwin(Reading reading, List<RouteConfig> routes, RouteConfig route) {
        for (RouteConfig other : routes) {
            if (!other.path().sameAs(route.path())) {
                continue;
            }
            Set<String> shared = new TreeSet<>(route.methods());
            if (!route.methods().isEmpty() && !other.methods().isEmpty()) {
                shared.retainAll(other.methods());
                if (shared.isEmpty() && !(isRead(route) && isRead(other))) {
                    continue;
                }
            }
            String how = route.path().text().equals(other.path().text())
                    ? "the path '" + route.path().text() + "'"
                    : "the paths that '" + other.path().text() + "' also means";
            reading.problem(
                    route.place(),
                    "route '" + route.name() + "' takes " + how + " and methods of route '" + other.name()
                            + "' in line " + other.place().line(),
                    "another path, or methods they do not share");
            return;
        }
    }

    /** GET answers HEAD too. */
    private static boolean isRead(RouteConfig route) {
        return route.methods().contains("GET") || route.methods().contains("HEAD");
    }
}
