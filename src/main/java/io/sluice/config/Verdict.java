package io.sluice.config;

import io.sluice.origin.postgres.Column;
import io.sluice.origin.postgres.Finding;
import io.sluice.origin.postgres.Guards;
import io.sluice.origin.postgres.Prepared;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What Postgres' word on the statements of a configuration comes to.
 *
 * @param problems for which it is refused
 * @param warnings each with its place
 * @param unreachable of which routes Postgres said nothing, and why not
 */
public record Verdict(List<Problem> problems, List<Problem> warnings, Map<String, String> unreachable) {

    /** @param prepared by route */
    public static Verdict of(Config config, Map<String, Prepared> prepared) {
        List<Problem> problems = new ArrayList<>();
        List<Problem> warnings = new ArrayList<>();
        Map<String, String> unreachable = new TreeMap<>();
        for (RouteConfig route : config.routes()) {
            Prepared one = prepared.get(route.name());
            if (one instanceof Prepared.Refused no) {
                problems.add(new Problem(
                        config.placeOfSql(route.name(), no.statement(), Math.max(0, no.position())),
                        "Postgres refuses the SQL of route '" + route.name() + "': " + no.message()));
            } else if (one instanceof Prepared.Unreachable away) {
                unreachable.put(route.name(), away.why());
            } else if (one instanceof Prepared.Ready ready
                    && route.target() instanceof TargetConfig.Postgres postgres) {
                Guards guards = postgres.spec().guards();
                for (Finding finding : ready.findings()) {
                    (finding.mistake() && guards.strict() ? problems : warnings)
                            .add(new Problem(
                                    config.placeOfSql(route.name(), finding.statement(), 0),
                                    "route '" + route.name() + "': " + finding));
                }
                through(route, postgres, ready, prepared, problems);
            }
        }
        return new Verdict(List.copyOf(problems), List.copyOf(warnings), unreachable);
    }

    /** What is stored for another route is to be what that one would have read. */
    private static void through(
            RouteConfig route,
            TargetConfig.Postgres postgres,
            Prepared.Ready ready,
            Map<String, Prepared> prepared,
            List<Problem> problems) {
        Text through = postgres.writes() == null ? null : postgres.writes().through();
        if (through == null || !(prepared.get(through.value()) instanceof Prepared.Ready read)) {
            return;
        }
        List<String> differences = Column.differences(read.columns(), ready.columns());
        if (!differences.isEmpty()) {
            problems.add(new Problem(
                    through.place(),
                    "route '" + route.name() + "' writes through '" + through.value() + "' and returns other columns: "
                            + String.join(", ", differences),
                    null,
                    "RETURNING with the columns and types of that route's SELECT"));
        }
    }
}
