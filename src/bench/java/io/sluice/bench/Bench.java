package io.sluice.bench;

import io.vertx.core.json.JsonObject;
import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.CommandLineOptionException;
import org.openjdk.jmh.runner.options.CommandLineOptions;

/**
 * Runs the benchmarks and sets each beside {@code src/bench/baseline.json}. Arguments are JMH's; {@code -Dbench.save} writes the baseline anew.
 * The figures are of one machine: what counts is the ratio of two runs on the same one.
 */
public final class Bench {
    private static final Path BASELINE = Path.of("src", "bench", "baseline.json");

    private Bench() {}

    public static void main(String[] args) throws RunnerException, IOException, CommandLineOptionException {
        classPathForForks();
        Collection<RunResult> results = new Runner(new CommandLineOptions(args)).run();
        if (results.isEmpty()) {
            throw new IllegalStateException("no benchmark ran");
        }
        Map<String, Double> now = new TreeMap<>();
        for (RunResult result : results) {
            String name = result.getParams().getBenchmark();
            now.put(
                    name.substring(Bench.class.getPackageName().length() + 1),
                    result.getPrimaryResult().getScore());
        }
        JsonObject before = Files.exists(BASELINE) ? new JsonObject(Files.readString(BASELINE)) : new JsonObject();
        System.out.printf("%n%-44s %12s %12s %7s%n", "ns per call", "baseline", "now", "ratio");
        now.forEach((name, nanos) -> {
            Double known = before.getDouble(name);
            System.out.println(String.format(
                    Locale.ROOT,
                    "%-44s %12s %12.1f %7s",
                    name,
                    known == null ? "-" : String.format(Locale.ROOT, "%.1f", known),
                    nanos,
                    known == null ? "-" : String.format(Locale.ROOT, "%.2f", nanos / known)));
        });
        if (Boolean.getBoolean("bench.save") || "".equals(System.getProperty("bench.save"))) {
            JsonObject saved = before.copy();
            now.forEach((name, nanos) -> saved.put(name, Math.round(nanos * 10) / 10.0));
            Files.writeString(BASELINE, saved.encodePrettily() + "\n");
            System.out.println("written: " + BASELINE);
        }
    }

    /** JMH starts its forks with the class path of this JVM, which is Maven's where Maven runs this in its own. */
    private static void classPathForForks() {
        if (Bench.class.getClassLoader() instanceof URLClassLoader own) {
            System.setProperty(
                    "java.class.path",
                    Stream.of(own.getURLs())
                            .map(url -> Path.of(URI.create(url.toString())).toString())
                            .collect(Collectors.joining(File.pathSeparator)));
        }
    }
}
