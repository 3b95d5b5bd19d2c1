package io.sluice.origin.postgres;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * Finds in plans what an index would spare. Who reads a whole table because all of it is wanted, as an aggregate without a condition does,
 * made no mistake; who reads it to throw nearly all away did, and who sorts it for one page of it.
 */
final class PlanReader {
    /** Of a table's rows, the part up to which an index is the better way to find them. */
    private static final double FEW = 0.1;
    /** Rows that are sorted in no time. */
    private static final double SORTED_AT_ONCE = 1000;
    /** Nodes that hand rows on, so that a limit above them ends what is beneath. */
    private static final Set<String> PASSING =
            Set.of("Subquery Scan", "WindowAgg", "Result", "Gather Merge", "Gather", "LockRows", "ProjectSet");

    private final Tables tables;
    private final Guards guards;
    private final int statement;
    /** By what they are about: the same is found in several of a page's plans, and told once. */
    private final Map<String, Finding> findings = new LinkedHashMap<>();

    private final Set<String> unknown = new TreeSet<>();
    private double dearest;

    PlanReader(Tables tables, Guards guards, int statement) {
        this.tables = tables;
        this.guards = guards;
        this.statement = statement;
    }

    /** @param when of which requests this is the plan, to be said; empty: all */
    void read(Plan plan, String when) {
        dearest = Math.max(dearest, plan.cost());
        plan.tables().stream().filter(tables::isUnknown).forEach(unknown::add);
        visit(plan, new Above(-1, null), when);
    }

    List<Finding> findings() {
        List<Finding> all = new ArrayList<>();
        findings.forEach((about, finding) -> {
            // Who is told to index the order of what a condition leaves is not told to index the condition too.
            if (!about.startsWith("scan ") || !findings.containsKey("sort " + about.substring(5))) {
                all.add(finding);
            }
        });
        Double most = guards.maxCost();
        if (most != null && dearest > most) {
            all.add(new Finding(
                    true,
                    statement,
                    "the planner expects a cost of " + number(dearest) + ", and max-cost is " + number(most),
                    "an index, a smaller limit, or a higher max-cost"));
        }
        if (guards.strict()) {
            unknown.forEach(table -> all.add(new Finding(
                    false,
                    statement,
                    "nothing can be said of its plan: the table " + table + " is empty or was never analysed",
                    "ANALYZE " + table + " when it has rows, and check again")));
        }
        return all;
    }

    /**
     * What is above a node.
     *
     * @param limit rows after which it is stopped; negative: never
     * @param join whose side it is
     */
    private record Above(
            double limit, @org.jspecify.annotations.Nullable Plan join) {}

    private void visit(Plan plan, Above above, String when) {
        Above here = new Above(-1, null);
        if (plan.kind().equals("Limit")) {
            here = new Above(plan.rows(), null);
        } else if (PASSING.contains(plan.kind())) {
            here = above;
        } else if (!plan.text("Hash Cond").isEmpty()
                || !plan.text("Merge Cond").isEmpty()
                || plan.kind().equals("Nested Loop")) {
            here = new Above(-1, plan);
        } else if (Set.of("Hash", "Sort", "Materialize", "Memoize").contains(plan.kind())) {
            here = new Above(-1, above.join());
        }
        if (plan.kind().equals("Sort")) {
            sort(plan, above, when);
        } else if (plan.kind().equals("Seq Scan")) {
            scan(plan, above, when);
        }
        for (Plan beneath : plan.beneath()) {
            visit(beneath, here, when);
        }
    }

    private void sort(Plan sort, Above above, String when) {
        double rows = sort.beneath().stream().mapToDouble(Plan::rows).sum();
        if (above.limit() < 0 || rows <= SORTED_AT_ONCE || rows <= 4 * above.limit()) {
            return;
        }
        Plan scan = sort.all()
                .filter(one -> tables.isLarge(one.table()))
                .findFirst()
                .orElse(null);
        if (scan == null) {
            return;
        }
        List<String> order = sort.texts("Sort Key");
        List<String> keys = Conditions.keys(order, scan.alias());
        List<String> columns = new ArrayList<>();
        if (!keys.isEmpty()) {
            Conditions.columns(scan.text("Filter") + scan.text("Index Cond"), scan.alias()).stream()
                    .filter(column -> keys.stream().noneMatch(key -> key.split(" ")[0].equals(column)))
                    .forEach(columns::add);
            columns.addAll(keys);
        }
        add(
                "sort " + scan.table(),
                "about " + number(rows) + " rows of " + scan.table() + " are sorted for each answer" + when
                        + ": no index gives the order " + String.join(", ", order),
                index(scan, columns, "an index on what they are sorted by"));
    }

    private void scan(Plan scan, Above above, String when) {
        String table = scan.table();
        if (!tables.isLarge(table)) {
            return;
        }
        Plan join = above.join();
        String condition = scan.text("Filter");
        double found = scan.rows();
        if (condition.isEmpty() && join != null) {
            condition = join.text("Hash Cond") + join.text("Merge Cond") + join.text("Join Filter");
            found = join.rows();
        }
        if (condition.isEmpty() || found > FEW * tables.count(table)) {
            return;
        }
        String advice = Conditions.isOptional(condition)
                ? "a condition that a parameter switches off cannot use an index: declare it under 'filters'"
                : index(
                        scan,
                        Conditions.columns(condition, scan.alias()),
                        "an index on the expression in its condition");
        add(
                "scan " + table,
                "all of about " + number(tables.count(table)) + " rows of " + table + " are read" + when
                        + " to find those with " + condition,
                advice);
    }

    private void add(String about, String what, String advice) {
        findings.putIfAbsent(about, new Finding(true, statement, what, advice));
    }

    private static String index(Plan scan, List<String> columns, String otherwise) {
        return columns.isEmpty()
                ? "try " + otherwise
                : "try CREATE INDEX CONCURRENTLY ON " + scan.table() + " (" + String.join(", ", columns) + ")";
    }

    private static String number(double value) {
        return String.format(Locale.ROOT, "%.0f", value);
    }
}
