package io.sluice.boot;

import io.quarkus.runtime.QuarkusBindException;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.BindException;
import java.net.ServerSocket;
import org.eclipse.microprofile.config.ConfigProvider;
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
            if (isTaken(at)) {
                err.println(taken());
                return 1;
            }
        }
        cause.printStackTrace(err);
        return exit == 0 ? 1 : exit;
    }

    /** The native transport has an exception of its own. */
    private static boolean isTaken(Throwable at) {
        return at instanceof BindException
                || at instanceof QuarkusBindException
                || (at instanceof IOException && String.valueOf(at.getMessage()).contains("Address already in use"));
    }

    /** Neither exception tells which port: the one that nobody else can bind now. */
    private static String taken() {
        for (String[] port : new String[][] {
            {"quarkus.http.port", "QUARKUS_HTTP_PORT"}, {"quarkus.management.port", "QUARKUS_MANAGEMENT_PORT"}
        }) {
            int number = ConfigProvider.getConfig().getValue(port[0], Integer.class);
            try {
                new ServerSocket(number).close();
            } catch (IOException inUse) {
                return "sluice: port " + number + " is in use; set " + port[1] + " to another one";
            }
        }
        return "sluice: a port is in use; set QUARKUS_HTTP_PORT or QUARKUS_MANAGEMENT_PORT to another one";
    }
}
