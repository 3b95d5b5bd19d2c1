package io.sluice.config;

import io.sluice.origin.postgres.Access;
import io.sluice.origin.postgres.Filter;
import io.sluice.origin.postgres.Guards;
import io.sluice.origin.postgres.PostgresSpec;
import io.sluice.origin.postgres.Returns;
import io.sluice.origin.postgres.SqlText;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.SequenceNode;

/** Reads declared SQL. */
final class PostgresReader {
    private static final long DEFAULT_TIMEOUT = 5_000_000;
    private static final int DEFAULT_MAX_ROWS = 1000;
    private static final int MOST_MAX_ROWS = 100_000;
    /** Keys that may stand on the route as well as in its {@code postgres}. */
    private static final List<String> EITHER =
            List.of("role", "claims", "strict", "max-cost", "writes-through", "invalidates");

    private static final Set<String> READS = Set.of("GET", "HEAD");

    private final Reading reading;
    private final Fields route;
    private final Fields fields;
    private final String name;

    private PostgresReader(Reading reading, Fields route, Fields fields, String name) {
        this.reading = reading;
        this.route = route;
        this.fields = fields;
        this.name = name;
    }

    /**
     * @param methods of the route
     * @return null when something could not be read, which was reported
     */
    static TargetConfig.@Nullable Postgres read(Reading reading, Fields route, String name, Set<String> methods) {
        Fields fields = route.map("postgres", Keys.POSTGRES, "the postgres of route '" + name + "'");
        return fields == null ? null : new PostgresReader(reading, route, fields, name).read(methods);
    }

    /** What belongs to Postgres alone, on a route that has none. */
    static void refuseElsewhere(Fields route) {
        for (String key : EITHER) {
            if (route.has(key)) {
                route.problem(route.keyPlace(key), route.what(key) + " is only for postgres routes", null);
            }
        }
    }

    private TargetConfig.@Nullable Postgres read(Set<String> methods) {
        boolean writes = !READS.containsAll(methods);
        fields.require("sql");
        fields.require("returns");
        for (String key : EITHER) {
            if (route.has(key) && fields.has(key)) {
                fields.problem(fields.keyPlace(key), fields.what(key) + " stands on the route too", "one of them");
            }
        }
        Returns returns = returns(writes);
        List<Text> sql = statements(writes);
        if (returns instanceof Returns.Page page) {
            sql.forEach(text -> pagesOwn(text, page));
        }
        List<Filter> filters = FilterReader.read(reading, fields, returns, taken(sql, returns));
        if (writes && fields.has("filters")) {
            fields.problem(fields.keyPlace("filters"), fields.what("filters") + " are only for routes that read", null);
        }
        Long timeout = fields.micros("timeout");
        Access access = access();
        WriteReader write = new WriteReader(fields, writes, this::either);
        Fields guarded = either("max-cost");
        double maxCost = guarded.factor("max-cost");
        Guards guards =
                new Guards(either("strict").flag("strict"), guarded.has("max-cost") ? maxCost : null, readOnly(writes));
        TargetConfig.Writes written = write.writes();
        if (sql.isEmpty()) {
            return null;
        }
        return new TargetConfig.Postgres(
                new PostgresSpec(
                        name,
                        sql.stream().map(Text::value).toList(),
                        returns,
                        filters,
                        access,
                        guards,
                        write.writing(),
                        HttpReader.micros(timeout, DEFAULT_TIMEOUT)),
                route.keyPlace("postgres"),
                sql.stream().map(text -> (TargetConfig.Places) text::at).toList(),
                written);
    }

    /** What a query already says something else by, and what that is. */
    private static Map<String, String> taken(List<Text> sql, Returns returns) {
        Map<String, String> taken = new HashMap<>();
        for (Text text : sql) {
            if (SqlText.parse(text.value()) instanceof SqlText.Parsed.Ok parsed) {
                parsed.names().forEach(name -> taken.put(name, "a parameter of the SQL"));
            }
        }
        if (returns instanceof Returns.Page page) {
            page.parameters().forEach(name -> taken.put(name, "one of the page's own parameters"));
        }
        return taken;
    }

    private void pagesOwn(Text sql, Returns.Page page) {
        if (SqlText.parse(sql.value()) instanceof SqlText.Parsed.Ok parsed) {
            parsed.names().stream()
                    .filter(page.parameters()::contains)
                    .forEach(own -> reading.problem(
                            sql.at(Math.max(0, sql.value().indexOf(':' + own))),
                            "the SQL of route '" + name + "' has :" + own
                                    + ", which is one of the page's own parameters",
                            "another name"));
        }
    }

    private boolean readOnly(boolean writes) {
        if (writes && fields.has("read-only")) {
            fields.problem(
                    fields.keyPlace("read-only"), fields.what("read-only") + " is only for routes that read", null);
        }
        return !fields.has("read-only") || fields.flag("read-only");
    }

    private Fields either(String key) {
        return route.has(key) ? route : fields;
    }

    /** None when one of them could not be read, which was reported. */
    private List<Text> statements(boolean writes) {
        Node node = fields.node("sql");
        List<Text> texts = new ArrayList<>();
        if (node instanceof SequenceNode) {
            texts.addAll(fields.texts("sql"));
            if (texts.isEmpty() || !writes && texts.size() > 1) {
                fields.problem(
                        fields.place("sql"),
                        texts.isEmpty()
                                ? fields.what("sql") + " is empty"
                                : "route '" + name + "' only reads, and has several statements",
                        "one statement; several are one transaction of a route that writes");
                return List.of();
            }
        } else {
            Text text = fields.text("sql");
            if (text != null) {
                texts.add(text);
            }
        }
        boolean sound = true;
        for (Text text : texts) {
            if (text.value().isBlank()) {
                fields.bad("sql", text);
                sound = false;
            } else if (SqlText.parse(text.value()) instanceof SqlText.Parsed.Bad bad) {
                reading.problem(text.at(bad.offset()), "bad SQL of route '" + name + "': " + bad.message(), null);
                sound = false;
            } else if (!writes) {
                sound &= hasNoBody(text);
            }
        }
        return sound ? texts : List.of();
    }

    private boolean hasNoBody(Text text) {
        SqlText.Parsed.Ok parsed = (SqlText.Parsed.Ok) SqlText.parse(text.value());
        for (String parameter : parsed.names()) {
            if (parameter.startsWith(SqlText.BODY + '.')) {
                reading.problem(
                        text.at(Math.max(0, text.value().indexOf(':' + parameter))),
                        "the SQL of route '" + name + "' has :" + parameter + ", and a route that reads has no body",
                        "parameters of the path or the query, or methods such as [PUT]");
                return false;
            }
        }
        return true;
    }

    /** A row where it could not be read, which was reported. */
    private Returns returns(boolean writes) {
        Long maxRows = fields.number("max-rows", 1, MOST_MAX_ROWS);
        Text text = fields.word("returns", List.of("row", "rows", "value", "page", "none"));
        String word = text == null ? "row" : text.value();
        if (fields.has("max-rows") && text != null && !word.equals("rows")) {
            fields.problem(
                    fields.keyPlace("max-rows"), fields.what("max-rows") + " is only for lists", "returns: rows");
        }
        if (fields.has("page") && text != null && !word.equals("page")) {
            fields.problem(fields.keyPlace("page"), fields.what("page") + " is only for pages", "returns: page");
        }
        if (text != null && word.equals(writes ? "page" : "none")) {
            fields.problem(
                    text.place(),
                    "route '" + name + "' " + (writes ? "writes and returns a page" : "only reads and returns nothing"),
                    writes ? "row, rows, value, none" : "row, rows, value, page");
        }
        return switch (word) {
            case "rows" ->
                new Returns.Rows(
                        maxRows == null ? DEFAULT_MAX_ROWS : maxRows.intValue(), CacheReader.DEFAULT_MAX_ENTRY);
            case "value" -> new Returns.Value();
            case "none" -> new Returns.None();
            case "page" -> PageReader.read(reading, fields, name);
            default -> new Returns.Row();
        };
    }

    private Access access() {
        Fields where = either("role");
        Node node = where.node("role");
        List<Text> roles = new ArrayList<>();
        if (node instanceof SequenceNode) {
            roles.addAll(where.texts("role"));
        } else {
            Text only = where.text("role");
            if (only != null) {
                roles.add(only);
            }
        }
        for (Text role : roles) {
            String claim = Access.claim(role.value());
            if (claim != null) {
                reading.needsTokens(role, where.what("role"));
            }
            if (role.value().isBlank()
                    || claim != null && claim.isBlank()
                    || role.value().equals("none")) {
                where.bad("role", role);
            }
        }
        List<Text> claims = either("claims").texts("claims");
        claims.forEach(claim -> reading.needsTokens(claim, either("claims").what("claims")));
        return new Access(
                roles.stream().map(Text::value).toList(),
                claims.stream().map(Text::value).sorted().toList());
    }
}
