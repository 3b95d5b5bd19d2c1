package io.sluice.demo;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** The demo as a process of its own, with a temporary folder of its own, so that what it leaves can be seen. */
final class DemoRun implements AutoCloseable {
    final int data = Ports.free();
    final int management = Ports.free();
    private final Path temporary;
    private final Path output;
    private final Process process;

    /** @param folder of this run alone */
    DemoRun(Path folder) throws IOException {
        temporary = Files.createDirectory(folder.resolve("tmp"));
        output = folder.resolve("output");
        ProcessBuilder builder = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:-UsePerfData",
                        "-cp",
                        System.getProperty("java.class.path"),
                        "-Djava.io.tmpdir=" + temporary,
                        "-Dsluice.jar=" + StandIn.jar(folder),
                        Demo.class.getName())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile());
        builder.environment().put("QUARKUS_HTTP_PORT", Integer.toString(data));
        builder.environment().put("QUARKUS_MANAGEMENT_PORT", Integer.toString(management));
        process = builder.start();
    }

    Process process() {
        return process;
    }

    String output() {
        try {
            return Files.readString(output, UTF_8);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Paths in the run's temporary folder. */
    List<Path> files() throws IOException {
        try (Stream<Path> files = Files.list(temporary)) {
            return files.toList();
        }
    }

    /** Living processes whose program or command line is in the run's temporary folder. */
    List<String> processes() {
        return ProcessHandle.allProcesses()
                .filter(other -> other.pid() != process.pid())
                .map(other -> program(other) + " " + commandLine(other))
                .filter(text -> text.contains(temporary.toString()))
                .toList();
    }

    /** The link survives a process that rewrites its command line, as Redis and Postgres do. */
    private static String program(ProcessHandle process) {
        try {
            return Files.readSymbolicLink(Path.of("/proc/" + process.pid() + "/exe"))
                    .toString();
        } catch (IOException e) {
            return "";
        }
    }

    private static String commandLine(ProcessHandle process) {
        try {
            return Files.readString(Path.of("/proc/" + process.pid() + "/cmdline"), UTF_8)
                    .replace('\0', ' ');
        } catch (IOException e) {
            return "";
        }
    }

    @Override
    public void close() {
        process.destroy();
        process.onExit().join();
    }
}
