package io.sluice.config;

import io.sluice.cache.CachePolicy;
import io.sluice.limit.KeyPart;
import io.sluice.limit.Limit;
import io.sluice.route.PathPattern;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads one route. */
final class RouteReader {
    private static final String OWN = "_sluice";
    private static final List<String> METHODS =
            List.of("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT");

    /** By declared SQL. */
    private static final List<String> ANSWERED = List.of("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE");

    private final Reading reading;
    private final String name;
    private final Place place;
    private final Fields fields;

    private RouteReader(Reading reading, Fields.Entry entry, Fields fields) {
        this.reading = reading;
        this.name = entry.name();
        this.place = entry.place();
        this.fields = fields;
    }

    /**
     * @param limits by name; absent where a limit of that name was declared and could not be read
     * @param declared the names of all limits
     * @return null when something could not be read, which was reported
     */
    static @Nullable RouteConfig read(
            Reading reading, Fields.Entry entry, Map<String, Limit> limits, Set<String> declared) {
        if (!Names.isName(entry.name())) {
            reading.problem(
                    entry.place(), "bad name '" + Reading.shortened(entry.name()) + "' of a route", Names.ACCEPTED);
        }
        String where = "route '" + entry.name() + "'";
        Fields fields = Fields.of(reading, entry.value(), Keys.ROUTE, where, entry.place());
        return fields == null ? null : new RouteReader(reading, entry, fields).read(limits, declared);
    }

    private @Nullable RouteConfig read(Map<String, Limit> limits, Set<String> declared) {
        fields.require("path");
        PathPattern path = path();
        boolean isHttp = fields.has("http");
        boolean isPostgres = fields.has("postgres");
        if (isHttp && isPostgres) {
            reading.problem(
                    fields.keyPlace("postgres"), "route '" + name + "' has both http and postgres", "one of them");
        }
        TargetConfig.Http http = isHttp ? HttpReader.read(reading, fields, name, path) : null;
        Set<String> methods = methods(isPostgres);
        TargetConfig.Postgres postgres = isPostgres ? PostgresReader.read(reading, fields, name, methods) : null;
        if (!isPostgres) {
            PostgresReader.refuseElsewhere(fields);
        }
        Set<String> names = new LinkedHashSet<>(path == null ? List.of() : path.parameters());
        List<Limit> used = limits(limits, declared, path == null ? null : names);
        if (postgres != null) {
            checkParameters(postgres, names);
            names.addAll(postgres.parameters());
        }
        boolean owns = path != null && isOwn(path);
        CachePolicy cache = null;
        if (postgres != null && postgres.writes() != null && fields.has("cache")) {
            reading.problem(
                    fields.keyPlace("cache"),
                    "route '" + name + "' writes, and only what is read is cached",
                    "no cache here; 'writes-through' and 'invalidates' for what is cached elsewhere");
        } else if (isHttp || isPostgres) {
            cache = CacheReader.read(reading, fields, name, names, isPostgres);
        }
        if (isHttp || isPostgres) {
            if (owns) {
                reading.problem(
                        fields.place("path"),
                        "route '" + name + "' is under /_sluice/, where the service's own endpoints are",
                        "another path, or a route with path, methods and limits alone");
            }
        } else if (!owns) {
            reading.problem(place, "route '" + name + "' has neither http nor postgres", "one of them");
        } else if (fields.has("cache")) {
            reading.problem(
                    fields.keyPlace("cache"), "route '" + name + "' is the service's own and has no cache", null);
        }
        if (path == null || (isHttp && http == null) || (isPostgres && postgres == null)) {
            return null;
        }
        if (postgres != null && cache != null) {
            postgres = postgres.holding(cache.maxEntry());
        }
        TargetConfig target = http != null ? http : postgres != null ? postgres : new TargetConfig.Own();
        return new RouteConfig(name, place, path, methods, used, cache, target);
    }

    private static boolean isOwn(PathPattern path) {
        List<PathPattern.Segment> segments = path.segments();
        return !segments.isEmpty() && segments.get(0).equals(new PathPattern.Segment.Literal(OWN));
    }

    private @Nullable PathPattern path() {
        Text text = fields.text("path");
        if (text == null) {
            return null;
        }
        if (PathPattern.parse(text.value()) instanceof PathPattern.Ok ok) {
            return ok.pattern();
        }
        PathPattern.Bad bad = (PathPattern.Bad) PathPattern.parse(text.value());
        reading.problem(
                text.at(bad.offset()),
                "bad path '" + Reading.shortened(text.value()) + "' of route '" + name + "': " + bad.message(),
                fields.accepts("path"));
        return null;
    }

    private static boolean isRead(String method) {
        return method.equals("GET") || method.equals("HEAD");
    }

    /** Left out: any on HTTP, GET (and so HEAD) on Postgres. */
    private Set<String> methods(boolean postgres) {
        Set<String> methods = new LinkedHashSet<>();
        List<Text> texts = fields.texts("methods");
        for (Text text : texts) {
            String method = text.value();
            String upper = method.toUpperCase(Locale.ROOT);
            if (!Names.isToken(method) || !method.equals(upper)) {
                reading.problem(
                        text.place(),
                        "bad method '" + Reading.shortened(method) + "' in " + fields.what("methods"),
                        NearName.of(upper, METHODS),
                        fields.accepts("methods"));
            } else if (postgres && !ANSWERED.contains(method)) {
                reading.problem(
                        text.place(),
                        "route '" + name + "' has postgres, which does not answer " + method,
                        String.join(", ", ANSWERED));
            } else if (postgres
                    && !methods.isEmpty()
                    && isRead(method) != isRead(methods.iterator().next())) {
                reading.problem(
                        text.place(),
                        "route '" + name + "' has postgres, which cannot answer both " + method + " and "
                                + methods.iterator().next(),
                        "methods that read or methods that write, and a route for the others");
            } else if (!methods.add(method)) {
                reading.problem(text.place(), "'" + method + "' is there twice in " + fields.what("methods"), null);
            }
        }
        if (fields.node("methods") instanceof org.snakeyaml.engine.v2.nodes.SequenceNode list
                && list.getValue().isEmpty()) {
            reading.problem(
                    fields.place("methods"),
                    fields.what("methods") + " is empty, so no request would match",
                    "at least one method, or no such key");
        }
        return postgres && methods.isEmpty() ? Set.of("GET") : methods;
    }

    private List<Limit> limits(Map<String, Limit> limits, Set<String> declared, @Nullable Set<String> parameters) {
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
                if (parameters != null) {
                    checkKey(limit, text, parameters);
                }
            }
        }
        return used;
    }

    /** A parameter of the SQL comes from the query if the path has none, so only a near miss can be told as one. */
    private void checkParameters(TargetConfig.Postgres postgres, Set<String> path) {
        Set<String> unused = new LinkedHashSet<>(path);
        postgres.parameters().forEach(unused::remove);
        for (String parameter : postgres.parameters()) {
            String meant = path.contains(parameter) ? null : NearName.of(parameter, unused);
            if (meant != null) {
                int index = 0;
                while (!postgres.spec().statements().get(index).contains(":" + parameter)) {
                    index++;
                }
                int offset = postgres.spec().statements().get(index).indexOf(":" + parameter);
                reading.problem(
                        postgres.sql().get(index).at(offset),
                        "the SQL of route '" + name + "' has :" + parameter + " and leaves {" + meant
                                + "} of its path unused",
                        meant,
                        "every parameter of the path in the SQL, or none that is near its name");
            }
        }
    }

    private void checkKey(Limit limit, Text text, Set<String> parameters) {
        for (KeyPart part : limit.key()) {
            if (part instanceof KeyPart.Path wanted && !parameters.contains(wanted.name())) {
                reading.problem(
                        text.place(),
                        "limit '" + limit.name() + "' is kept per path:" + wanted.name() + ", and the path of route '"
                                + name + "' has no {" + wanted.name() + "}",
                        NearName.of(wanted.name(), parameters),
                        parameters.isEmpty() ? "a path with {" + wanted.name() + "}" : String.join(", ", parameters));
            }
        }
    }
}
