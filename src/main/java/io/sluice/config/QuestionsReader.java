package io.sluice.config;

import io.sluice.limit.Algorithm;
import io.sluice.limit.Cost;
import io.sluice.limit.Limit;
import io.sluice.route.Domains;
import io.sluice.route.Domains.Match;
import io.sluice.route.Domains.Rule;
import io.sluice.route.Questions;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.nodes.Node;

/** Reads {@code domains}, {@code check}, {@code auth} and {@code openapi}: what other gateways may ask. */
final class QuestionsReader {
    private final Reading reading;
    private final Fields file;
    private final Map<String, Limit> limits;
    private final Set<String> declared;

    /** @param declared the names of all limits, also of those that could not be read */
    QuestionsReader(Reading reading, Fields file, Map<String, Limit> limits, Set<String> declared) {
        this.reading = reading;
        this.file = file;
        this.limits = limits;
        this.declared = declared;
    }

    Questions read() {
        Map<String, List<Rule>> domains = new LinkedHashMap<>();
        for (Fields.Entry entry : file.named("domains")) {
            List<Rule> rules = new ArrayList<>();
            for (Node item : reading.items(entry.value(), "domain '" + entry.name() + "'", "a list of maps")) {
                Rule rule = rule(entry, item, rules);
                if (rule != null) {
                    rules.add(rule);
                }
            }
            domains.put(entry.name(), rules);
        }
        Fields check = file.map("check", Keys.CHECK, "'check'");
        Fields auth = file.map("auth", Keys.AUTH, "'auth'");
        return new Questions(
                new Domains(domains),
                token(check),
                token(auth),
                auth == null ? List.of() : limits(auth),
                ApiReader.read(file));
    }

    private static @Nullable String token(@Nullable Fields fields) {
        if (fields == null) {
            return null;
        }
        fields.require("token");
        Text token = fields.text("token");
        if (token != null && token.value().length() < 8) {
            fields.problem(
                    token.place(), fields.what("token") + " is shorter than 8 characters", fields.accepts("token"));
        }
        return token == null ? null : token.value();
    }

    private @Nullable Rule rule(Fields.Entry domain, Node item, List<Rule> before) {
        String where = "a rule of domain '" + domain.name() + "'";
        Place place = reading.source().place(item);
        Fields fields = Fields.of(reading, item, Keys.RULE, where, place);
        if (fields == null) {
            return null;
        }
        fields.require("match");
        fields.require("limits");
        List<Match> matches = new ArrayList<>();
        for (Text text : fields.texts("match")) {
            int equals = text.value().indexOf('=');
            String key = equals < 0 ? text.value() : text.value().substring(0, equals);
            if (key.isEmpty()) {
                fields.bad("match", text);
            } else {
                matches.add(new Match(key, equals < 0 ? null : text.value().substring(equals + 1)));
            }
        }
        if (matches.isEmpty() && fields.has("match")) {
            fields.problem(fields.place("match"), fields.what("match") + " is empty", fields.accepts("match"));
        }
        Text client = fields.text("client");
        if (client != null && matches.stream().noneMatch(match -> match.key().equals(client.value()))) {
            reading.problem(
                    client.place(),
                    "'" + Reading.shortened(client.value()) + "' in " + fields.what("client")
                            + " is no entry of its 'match'",
                    NearName.of(client.value(), matches.stream().map(Match::key).toList()),
                    "one of the keys in 'match'");
        }
        if (before.stream().anyMatch(other -> other.matches().equals(matches))) {
            fields.problem(place, where + " has the same 'match' as one before", "each 'match' once");
        }
        return new Rule(matches, limits(fields), client == null ? null : client.value());
    }

    private List<Limit> limits(Fields fields) {
        List<Limit> used = new ArrayList<>();
        Set<String> seen = new LinkedHashSet<>();
        for (Text text : fields.texts("limits")) {
            Limit limit = limits.get(text.value());
            if (!declared.contains(text.value())) {
                reading.problem(
                        text.place(),
                        "unknown limit '" + Reading.shortened(text.value()) + "' in " + fields.what("limits"),
                        NearName.of(text.value(), declared),
                        declared.isEmpty() ? "no limit is declared" : String.join(", ", declared));
            } else if (!seen.add(text.value())) {
                reading.problem(
                        text.place(), "'" + text.value() + "' is there twice in " + fields.what("limits"), null);
            } else if (limit != null) {
                used.add(limit);
                if (limit.algorithm() instanceof Algorithm.Concurrency || limit.cost() instanceof Cost.ResponseHeader) {
                    reading.problem(
                            text.place(),
                            "limit '" + limit.name() + "' in " + fields.what("limits")
                                    + " ends with an answer, which whoever asks here never reports",
                            "a limit without concurrency and without a cost from the response");
                }
            }
        }
        return used;
    }

    /** Null: other gateways are not served over gRPC. */
    static @Nullable Integer grpcPort(Fields file) {
        Fields grpc = file.map("grpc", Keys.GRPC, "'grpc'");
        if (grpc == null) {
            return null;
        }
        Long port = grpc.number("port", 1, 65_535);
        return port == null ? 8081 : port.intValue();
    }
}
