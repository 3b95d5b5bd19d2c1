package io.sluice.boot;

import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.annotations.QuarkusMain;
import io.sluice.cli.SluiceCommand;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;

/** The program: the command line first, so that {@code check} starts no server. */
@QuarkusMain
public final class Main {
    private Main() {}

    public static void main(String[] args) {
        // The server's own check knows only java.net.URI's grammar, and refuses paths that origins take; WireRules has
        // ours.
        System.setProperty("vertx.disableURIValidation", "true");
        // Loads RefusalBodies.
        System.setProperty("io.netty.bootstrap.extensions", "serviceload");
        PrintWriter out = new PrintWriter(System.out, true, StandardCharsets.UTF_8);
        PrintWriter err = new PrintWriter(System.err, true, StandardCharsets.UTF_8);
        int[] serving = {0};
        int code = SluiceCommand.run(
                args,
                () -> {
                    Termination.onSignal();
                    Quarkus.run(null, (exit, cause) -> serving[0] = StartFailure.report(exit, cause, err));
                    return serving[0];
                },
                out,
                err);
        System.exit(code);
    }
}
