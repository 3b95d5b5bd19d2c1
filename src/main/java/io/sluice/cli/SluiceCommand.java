package io.sluice.cli;

import io.sluice.config.Config;
import io.sluice.config.ConfigReader;
import io.sluice.config.Problem;
import io.sluice.config.Read;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.function.Function;
import java.util.function.IntSupplier;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** The command line. */
@Command(
        name = "sluice",
        description = "A gateway with rate limits and a cache, in front of HTTP and Postgres.",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        footer = {
            "",
            "Examples:",
            "  SLUICE_CONFIG=sluice.yaml sluice          serve",
            "  sluice check sluice.yaml                  report every mistake, offline",
            "  sluice health                             whether the gateway here is ready",
            "",
            "Exit codes: 0 fine; 1 mistakes were found, the start failed, or not ready;",
            "2 wrong usage."
        })
public final class SluiceCommand implements Callable<Integer> {
    private static final Pattern PORT = Pattern.compile("[1-9][0-9]{0,4}");

    private final IntSupplier serve;
    private final Function<String, @Nullable String> environment;

    private SluiceCommand(IntSupplier serve, Function<String, @Nullable String> environment) {
        this.serve = serve;
        this.environment = environment;
    }

    /**
     * Runs a command to its end.
     *
     * @param serve serves until stopped and returns the exit code; also what no command at all means
     * @return the exit code: 0 fine, 1 mistakes were found or not ready, 2 wrong usage
     */
    public static int run(String[] args, IntSupplier serve, PrintWriter out, PrintWriter err) {
        return run(args, serve, System::getenv, out, err);
    }

    static int run(
            String[] args,
            IntSupplier serve,
            Function<String, @Nullable String> environment,
            PrintWriter out,
            PrintWriter err) {
        if (args.length == 0) {
            // Serving needs nothing of the command line's library, whose 175 classes are 40 ms of a start.
            return serve.getAsInt();
        }
        int code = new CommandLine(new SluiceCommand(serve, environment))
                .setOut(out)
                .setErr(err)
                .execute(args);
        out.flush();
        err.flush();
        return code;
    }

    @Override
    public Integer call() {
        return serve.getAsInt();
    }

    @Command(
            name = "serve",
            description = "Serve what SLUICE_CONFIG names. The default.",
            mixinStandardHelpOptions = true)
    int serve() {
        return serve.getAsInt();
    }

    @Command(
            name = "check",
            description =
                    "Report every mistake in a file, each with line and column. Needs no network unless it is given a database.",
            mixinStandardHelpOptions = true,
            footer = {
                "",
                "Examples:",
                "  sluice check sluice.yaml",
                "  sluice check sluice.yaml --database postgresql://app@db:5432/shop",
                "  sluice check sluice.yaml --migration V7.sql \\",
                "    --database postgresql://app@copy:5432/shop"
            })
    int check(
            @Parameters(paramLabel = "FILE", description = "The configuration, such as sluice.yaml.") Path file,
            @ArgGroup(exclusive = false) @Nullable DatabaseCheck database) {
        Read read = ConfigReader.read(file, environment);
        if (read instanceof Read.Ok ok) {
            Config config = ok.config();
            if (database != null
                    && !database.run(
                            config,
                            environment,
                            spec().commandLine().getOut(),
                            spec().commandLine().getErr())) {
                return 1;
            }
            spec().commandLine()
                    .getOut()
                    .println(file + ": " + count(config.limits().size(), "limit") + ", "
                            + count(config.routes().size(), "route") + ", fine");
            return 0;
        }
        PrintWriter err = spec().commandLine().getErr();
        for (Problem problem : ((Read.Bad) read).problems()) {
            err.println(problem);
        }
        return 1;
    }

    @Command(
            name = "health",
            description = {
                "Exit with 0 where the gateway on this host is ready, else with 1: a health check for an image without a shell.",
                "Asks over plain HTTP at the port that QUARKUS_MANAGEMENT_PORT names, 9000 without it, at QUARKUS_MANAGEMENT_HOST."
            },
            mixinStandardHelpOptions = true)
    int health(
            @Parameters(arity = "0..1", paramLabel = "PORT", description = "The management port.") @Nullable
                    String port) {
        String configured = environment.apply("QUARKUS_MANAGEMENT_PORT");
        String asked = port != null ? port : configured == null || configured.isBlank() ? "9000" : configured;
        if (!PORT.matcher(asked).matches() || Integer.parseInt(asked) > 65_535) {
            // No exception of picocli's: the verifier would load its class in each start.
            spec().commandLine().getErr().println("'" + asked + "' is no port");
            return 2;
        }
        String wrong = Health.wrong(environment.apply("QUARKUS_MANAGEMENT_HOST"), Integer.parseInt(asked));
        if (wrong.isEmpty()) {
            return 0;
        }
        spec().commandLine().getErr().println(wrong);
        return 1;
    }

    @Spec
    private @Nullable CommandSpec spec;

    private CommandSpec spec() {
        if (spec == null) {
            throw new IllegalStateException("not made by picocli");
        }
        return spec;
    }

    private static String count(int count, String noun) {
        return count + " " + noun + (count == 1 ? "" : "s");
    }
}
