package io.sluice.boot;

import java.util.HashMap;
import java.util.Map;
import org.eclipse.microprofile.config.Config;
import org.jspecify.annotations.Nullable;

/**
 * Where this process listens. Servers of one process on one port would share it: a part of the requests would get to the other one, and no
 * error would say so.
 */
final class ListeningPorts {
    private static final String DATA = "QUARKUS_HTTP_PORT";
    private static final String MANAGEMENT = "QUARKUS_MANAGEMENT_PORT";

    private ListeningPorts() {}

    /** @param grpc where Envoy's service listens; null: nowhere */
    static void check(Config settings, @Nullable Integer grpc) {
        check(
                settings.getValue("quarkus.http.port", Integer.class),
                settings.getValue("quarkus.management.port", Integer.class),
                grpc);
    }

    /** 0 is whichever is free, and so never another's. */
    static void check(int data, int management, @Nullable Integer grpc) {
        Map<Integer, String> taken = new HashMap<>();
        take(taken, data, DATA);
        take(taken, management, MANAGEMENT);
        if (grpc != null) {
            take(taken, grpc, "grpc.port");
        }
    }

    private static void take(Map<Integer, String> taken, int port, String by) {
        String other = port == 0 ? null : taken.putIfAbsent(port, by);
        if (other != null) {
            throw new StartFailure(
                    "sluice: port " + port + " is both " + other + " and " + by + "; set one of them to another port");
        }
    }
}
