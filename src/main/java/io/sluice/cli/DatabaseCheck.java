package io.sluice.cli;

import io.sluice.config.Config;
import io.sluice.config.Place;
import io.sluice.config.Problem;
import io.sluice.config.RouteConfig;
import io.sluice.config.TargetConfig;
import io.sluice.config.Verdict;
import io.sluice.origin.postgres.Column;
import io.sluice.origin.postgres.Examination;
import io.sluice.origin.postgres.Examiner;
import io.sluice.origin.postgres.PostgresSpec;
import io.sluice.origin.postgres.Prepared;
import io.sluice.origin.postgres.SqlScript;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The part of {@code check} that asks a database. Nothing of the SQL client is loaded before it does. */
final class DatabaseCheck {
    private static final String CONFIGURED = "QUARKUS_DATASOURCE_";

    @Option(
            names = "--database",
            arity = "0..1",
            fallbackValue = "",
            required = true,
            paramLabel = "URL",
            description = "Ask this database about the SQL of each route, such as postgresql://user@host:5432/shop."
                    + " Its password is taken from PGPASSWORD. Without a URL (at the end of the line): the one that"
                    + " QUARKUS_DATASOURCE_REACTIVE_URL, _USERNAME and _PASSWORD name.")
    private String database = "";

    @Option(
            names = "--password-file",
            paramLabel = "FILE",
            description = "The database's password, in the first line of a file.")
    private @Nullable Path passwordFile;

    @Option(
            names = "--migration",
            paramLabel = "FILE",
            description =
                    "Tell which routes this SQL would break, before it runs; may be repeated. It is run in one transaction"
                            + " that is rolled back. It takes its locks and does its work meanwhile: best on a copy of the database.")
    private List<Path> migrations = new ArrayList<>();

    /** @return whether nothing is wrong */
    boolean run(Config config, Function<String, @Nullable String> environment, PrintWriter out, PrintWriter err) {
        List<PostgresSpec> specs = config.routes().stream()
                .filter(route -> route.target() instanceof TargetConfig.Postgres)
                .map(route -> ((TargetConfig.Postgres) route.target()).spec())
                .toList();
        boolean configured = database.isEmpty();
        String url = configured ? environment.apply(CONFIGURED + "REACTIVE_URL") : database;
        if (url == null) {
            err.println("--database without a URL: " + CONFIGURED + "REACTIVE_URL is not set");
            return false;
        }
        List<SqlScript.Step> steps = new ArrayList<>();
        String password = configured ? environment.apply(CONFIGURED + "PASSWORD") : environment.apply("PGPASSWORD");
        try {
            for (Path file : migrations) {
                steps.addAll(
                        SqlScript.of(file.toString(), Files.readString(file)).steps());
            }
            if (passwordFile != null) {
                password = Files.readString(passwordFile).lines().findFirst().orElse("");
            }
        } catch (IOException unreadable) {
            err.println("cannot read " + unreadable.getMessage());
            return false;
        }
        if (!steps.isEmpty()) {
            out.println(
                    "the migration runs in a transaction that is rolled back; until then it holds its locks, and waits "
                            + Examiner.LOCK_MILLIS / 1000 + " s for each at most: best on a copy of the database");
            out.flush();
        }
        Examination examination = Examiner.examine(
                url, configured ? environment.apply(CONFIGURED + "USERNAME") : null, password, specs, steps);
        if (examination instanceof Examination.Done done) {
            return told(config, done, out, err);
        }
        err.println(
                examination instanceof Examination.Failed failed
                        ? failed.step() + ": Postgres refuses the migration: " + failed.why()
                        : "the database is not reached: " + ((Examination.Unreachable) examination).why());
        return false;
    }

    private static boolean told(Config config, Examination.Done done, PrintWriter out, PrintWriter err) {
        Verdict now = Verdict.of(config, done.before());
        now.warnings().forEach(warning -> out.println(warning(warning)));
        now.problems().forEach(err::println);
        now.unreachable().forEach((route, why) -> err.println("route '" + route + "' could not be looked at: " + why));
        boolean fine = now.problems().isEmpty() && now.unreachable().isEmpty();
        Map<String, Prepared> after = done.after();
        if (after == null) {
            return fine;
        }
        done.skipped().forEach(skipped -> out.println(skipped.step() + ": not run: " + skipped.why()));
        Verdict then = Verdict.of(config, after);
        then.warnings().stream()
                .filter(warning -> !now.warnings().contains(warning))
                .forEach(warning -> out.println(warning(warning) + " (after the migration)"));
        List<Problem> broken = then.problems().stream()
                .filter(problem -> !now.problems().contains(problem))
                .toList();
        broken.forEach(problem -> err.println(problem + " (after the migration)"));
        then.unreachable()
                .forEach((route, why) ->
                        err.println("route '" + route + "' could not be looked at after the migration: " + why));
        for (RouteConfig route : config.routes()) {
            changes(config, route.name(), done.before().get(route.name()), after.get(route.name()), out);
        }
        return fine && broken.isEmpty() && then.unreachable().isEmpty();
    }

    private static String warning(Problem warning) {
        return warning.place() + ": warning: " + warning.found();
    }

    private static void changes(
            Config config, String route, @Nullable Prepared before, @Nullable Prepared after, PrintWriter out) {
        Place place = config.placeOfSql(route);
        if (before instanceof Prepared.Ready then && after instanceof Prepared.Ready now) {
            List<String> columns = Column.changes(then.columns(), now.columns());
            if (!columns.isEmpty()) {
                out.println(place + ": warning: route '" + route + "' answers otherwise after the migration: "
                        + String.join(", ", columns));
            }
            List<String> parameters = Column.changes(then.parameters(), now.parameters());
            if (!parameters.isEmpty()) {
                out.println(place + ": warning: route '" + route + "' takes otherwise after the migration: "
                        + String.join(", ", parameters));
            }
        } else if (before instanceof Prepared.Refused && after instanceof Prepared.Ready) {
            out.println(place + ": route '" + route + "' fits after the migration only");
        }
    }
}
