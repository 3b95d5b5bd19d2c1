package io.sluice.boot;

import java.io.PrintWriter;
import java.net.BindException;
import org.jspecify.annotations.Nullable;

/** A start that failed for a reason its user can mend: said in one line each, without a stack trace. */
final class StartFailure extends RuntimeException {
    private static final long serialVersionUID = 1L;

    StartFailure(String message) {
        super(message, null, false, false);
    }

    /** Says why the program ended and gives the exit code. */
    static int report(int exit, @Nullable Throwable cause, PrintWriter err) {
        if (cause == null) {
            return exit;
        }
        for (Throwable at = cause; at != null; at = at.getCause()) {
            if (at instanceof StartFailure failure) {
                err.println(failure.getMessage());
                return 1;
            }
            if (at instanceof BindException || at instanceof io.quarkus.runtime.QuarkusBindException) {
                err.println("sluice: a port is in use: " + at.getMessage()
                        + "; set QUARKUS_HTTP_PORT or QUARKUS_MANAGEMENT_PORT to another one");
                return 1;
            }
        }
        cause.printStackTrace(err);
        return exit == 0 ? 1 : exit;
    }
}
