package io.sluice.config;

import io.sluice.cache.CachePolicy;
import io.sluice.origin.postgres.PostgresSpec;
import io.sluice.origin.postgres.Returns;
import io.sluice.origin.postgres.SqlText;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Finds the reads that routes write through, or make conditions on. */
final class WriteTargets {
    private final Reading reading;
    private final List<RouteConfig> routes;

    private WriteTargets(Reading reading, List<RouteConfig> routes) {
        this.reading = reading;
        this.routes = routes;
    }

    /** The routes with what they name put in its place. */
    static List<RouteConfig> resolve(Reading reading, List<RouteConfig> routes) {
        WriteTargets targets = new WriteTargets(reading, routes);
        List<RouteConfig> resolved = new ArrayList<>();
        routes.forEach(route -> resolved.add(targets.resolve(route)));
        return resolved;
    }

    private RouteConfig resolve(RouteConfig route) {
        if (!(route.target() instanceof TargetConfig.Postgres postgres) || postgres.writes() == null) {
            return route;
        }
        TargetConfig.Writes writes = postgres.writes();
        checkTags(route, postgres, writes);
        Text through = writes.through();
        if (through != null) {
            checkThrough(route, postgres, through);
        }
        Text read = writes.read();
        TargetConfig.Postgres matched = read == null ? null : find(route, read);
        if (read == null || matched == null) {
            return route;
        }
        return new RouteConfig(
                route.name(),
                route.place(),
                route.path(),
                route.methods(),
                route.limits(),
                route.cache(),
                new TargetConfig.Postgres(
                        postgres.spec().matching(readable(route, matched, writes, read)),
                        postgres.place(),
                        postgres.sql(),
                        writes));
    }

    /** Null where the request does not say which row it is about: then no condition can be. */
    private @Nullable PostgresSpec readable(
            RouteConfig route, TargetConfig.Postgres read, TargetConfig.Writes writes, Text name) {
        Set<String> missing = new HashSet<>(read.parameters());
        route.path().parameters().forEach(missing::remove);
        if (missing.isEmpty()) {
            return read.spec();
        }
        if (writes.matches() != null) {
            reading.problem(
                    name.place(),
                    "route '" + route.name() + "' matches '" + name.value() + "', which is asked by "
                            + String.join(", ", missing) + ", and its own path does not say it",
                    "a route whose parameters are all in the path "
                            + route.path().text());
        }
        return null;
    }

    private TargetConfig.@Nullable Postgres find(RouteConfig route, Text name) {
        RouteConfig found = routes.stream()
                .filter(other -> other.name().equals(name.value()))
                .findFirst()
                .orElse(null);
        if (found == null) {
            Set<String> names = new HashSet<>();
            routes.forEach(other -> names.add(other.name()));
            reading.problem(
                    name.place(),
                    "route '" + route.name() + "' names the route '" + Reading.shortened(name.value())
                            + "', which there is not",
                    NearName.of(name.value(), names),
                    "the name of a postgres route that reads one row");
            return null;
        }
        if (found.target() instanceof TargetConfig.Postgres postgres
                && postgres.writes() == null
                && postgres.spec().returns() instanceof Returns.Row) {
            return postgres;
        }
        reading.problem(
                name.place(),
                "route '" + route.name() + "' names the route '" + name.value() + "', which does not read one row",
                "the name of a postgres route with GET and returns: row");
        return null;
    }

    private void checkThrough(RouteConfig route, TargetConfig.Postgres postgres, Text through) {
        CachePolicy cache = routes.stream()
                .filter(other -> other.name().equals(through.value()))
                .findFirst()
                .map(RouteConfig::cache)
                .orElse(null);
        TargetConfig.Postgres read = find(route, through);
        if (read != null && cache == null) {
            reading.problem(
                    through.place(),
                    "route '" + route.name() + "' writes through '" + through.value() + "', which has no cache",
                    "a route with a cache, or 'matches' for conditions alone");
        }
        if (route.methods().contains("DELETE")) {
            reading.problem(
                    through.place(),
                    "route '" + route.name() + "' deletes, and writes what it returns through '" + through.value()
                            + "'",
                    "'matches' for conditions, and 'invalidates'");
        }
        if (!(postgres.spec().returns() instanceof Returns.Row)) {
            reading.problem(
                    through.place(),
                    "route '" + route.name() + "' writes through '" + through.value() + "' and does not return its row",
                    "returns: row, with the columns of that route in RETURNING");
        }
    }

    /** What a tag names is the request's, or a column that the statement returns, which Postgres knows. */
    private void checkTags(RouteConfig route, TargetConfig.Postgres postgres, TargetConfig.Writes writes) {
        Set<String> known = new HashSet<>(route.path().parameters());
        known.addAll(postgres.parameters());
        boolean returns = postgres.spec().returns() instanceof Returns.Row;
        for (String tag : writes.tags()) {
            for (int open = tag.indexOf('{'); open >= 0; open = tag.indexOf('{', open + 1)) {
                int close = tag.indexOf('}', open);
                String name = close < 0 ? "" : tag.substring(open + 1, close);
                if (name.isEmpty() || !known.contains(name) && (!returns || name.startsWith(SqlText.BODY + '.'))) {
                    reading.problem(
                            route.place(),
                            "the tag '" + tag + "' that route '" + route.name()
                                    + "' invalidates names something that the route does not have",
                            NearName.of(name, known),
                            "names in braces of the path, of the SQL such as {body.name}, or of returned columns");
                }
            }
        }
    }
}
