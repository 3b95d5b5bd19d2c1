package io.sluice.origin.postgres;

import io.sluice.origin.Call;
import io.sluice.origin.postgres.SqlWriter.Text;
import io.vertx.core.Future;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Has Postgres tell how it would run a statement, and judges that. Nothing is run. */
final class Judge {
    /** Filters that are judged, each by itself. */
    private static final int MOST_FILTERS = 16;

    private static final String ROWS = """
            SELECT n.nspname || '.' || c.relname, c.reltuples::float8
              FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
             WHERE n.nspname || '.' || c.relname = ANY ($1)""";

    private Judge() {}

    /** Never fails: what cannot be explained is a finding. */
    static Future<List<Finding>> judge(
            Transaction.Frame frame,
            SqlConnection connection,
            Statement statement,
            int index,
            Call.@Nullable Identity who) {
        Map<String, Plan> plans = new LinkedHashMap<>();
        return Transaction.looking(frame, connection, who, here -> {
                    Future<?> so = here.query("SET LOCAL plan_cache_mode = force_generic_plan")
                            .execute();
                    for (Map.Entry<String, Variation> one :
                            variations(statement).entrySet()) {
                        so = so.compose(before -> explain(here, statement, one.getValue()))
                                .onSuccess(plan -> plans.put(one.getKey(), plan));
                    }
                    return so.compose(all -> tables(here, plans));
                })
                .map(tables -> {
                    PlanReader reader = new PlanReader(tables, statement.spec.guards(), index);
                    plans.forEach((when, plan) -> reader.read(plan, when));
                    return reader.findings();
                })
                .otherwise(problem -> List.of(new Finding(
                        false,
                        index,
                        "its plan could not be looked at: " + problem.getMessage(),
                        "see to it by hand")));
    }

    /** What calls may make of it, by how that is said. */
    private static Map<String, Variation> variations(Statement statement) {
        Map<String, Variation> variations = new LinkedHashMap<>();
        variations.put("", Variation.PLAIN);
        if (!statement.slots.keys().isEmpty()) {
            variations.put(" behind the first page", new Variation(0, Variation.Way.AFTER, 0));
        }
        List<Filter> filters = statement.slots.filters();
        for (int i = 0; i < Math.min(MOST_FILTERS, filters.size()); i++) {
            variations.put(
                    " with the filter " + filters.get(i).names().get(0),
                    new Variation(1L << i, Variation.Way.FIRST, 0));
        }
        return variations;
    }

    private static Future<Plan> explain(SqlConnection here, Statement statement, Variation variation) {
        Text text = statement.text(variation);
        String name = "sluice_plan_" + Long.toHexString(System.nanoTime());
        int count = text.slots().length;
        String list = count == 0 ? "" : '(' + String.join(", ", Collections.nCopies(count, "text")) + ')';
        String nulls = count == 0 ? "" : '(' + String.join(", ", Collections.nCopies(count, "NULL")) + ')';
        return here.query("PREPARE " + name + list + " AS " + sized(statement, text))
                .execute()
                .compose(prepared -> here.query("EXPLAIN (VERBOSE, FORMAT JSON) EXECUTE " + name + nulls)
                        .execute())
                .compose(rows -> {
                    JsonObject plan = rows.iterator()
                            .next()
                            .get(JsonArray.class, 0)
                            .getJsonObject(0)
                            .getJsonObject("Plan");
                    return here.query("DEALLOCATE " + name).execute().map(new Plan(plan));
                });
    }

    /** A plan depends on how many rows are wanted, and of a limit that it does not know Postgres takes it to be a tenth of all. */
    private static String sized(Statement statement, Text text) {
        if (!(statement.spec.returns() instanceof Returns.Page page)) {
            return text.sql();
        }
        String sql = text.sql();
        for (int i = 0; i < text.slots().length; i++) {
            int slot = text.slots()[i];
            if (slot >= statement.slots.limit()) {
                String cast = "::text::" + statement.types.get(slot).cast() + ')';
                int value = slot == statement.slots.limit() ? page.size() : 0;
                sql = sql.replace("($" + (i + 1) + cast, "('" + value + '\'' + cast);
            }
        }
        return sql;
    }

    private static Future<Tables> tables(SqlConnection here, Map<String, Plan> plans) {
        Set<String> named = plans.values().stream()
                .flatMap(plan -> plan.tables().stream())
                .collect(Collectors.toCollection(TreeSet::new));
        return here.preparedQuery(ROWS)
                .execute(Tuple.of(new ArrayList<>(named).toArray(new String[0])))
                .map(rows -> {
                    Map<String, Double> counts = new HashMap<>();
                    rows.forEach(row -> counts.put(row.getString(0), row.getDouble(1)));
                    return new Tables(counts);
                });
    }
}
