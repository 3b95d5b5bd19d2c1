package io.sluice.demo;

import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The ports the gateway will listen on, named by the same environment variables that it reads. */
record Listening(int data, int management) {
    private static final String DATA = "QUARKUS_HTTP_PORT";
    private static final String MANAGEMENT = "QUARKUS_MANAGEMENT_PORT";

    /** @throws IllegalArgumentException with one line for the user, when a value is no port */
    static Listening of(Map<String, String> environment) {
        return new Listening(port(environment, DATA, 8080), port(environment, MANAGEMENT, 9000));
    }

    private static int port(Map<String, String> environment, String name, int otherwise) {
        @Nullable String value = environment.get(name);
        if (value == null || value.isBlank()) {
            return otherwise;
        }
        try {
            int port = Integer.parseInt(value.strip());
            if (port >= 1 && port <= 65_535) {
                return port;
            }
        } catch (NumberFormatException e) {
            // Said below, together with numbers out of range.
        }
        throw new IllegalArgumentException(name + " is \"" + value + "\"; a port is a number from 1 to 65535.");
    }

    /** One line for the user when a port is taken: which one, and what to do. */
    Optional<String> conflict() {
        if (data == management) {
            return Optional.of(
                    "Port " + data + " is wanted twice, for requests and for management: " + remedy(MANAGEMENT, data));
        }
        if (!Ports.isFree(data)) {
            return Optional.of(
                    "Port " + data + " is in use. Stop what listens there, or choose another: " + remedy(DATA, data));
        }
        if (!Ports.isFree(management)) {
            return Optional.of("Port " + management + " is in use. Stop what listens there, or choose another: "
                    + remedy(MANAGEMENT, management));
        }
        return Optional.empty();
    }

    private static String remedy(String name, int taken) {
        return name + "=" + (taken == 65_535 ? taken - 1 : taken + 1) + " mvn -Pdemo";
    }
}
