package io.sluice.route;

import io.sluice.origin.Origin;

/** What answers on a route. */
public sealed interface Target {
    /** An HTTP API. {@code hostForwarded}: its answers may depend on the client's {@code Host}, so the key does too. */
    record Http(Origin origin, boolean hostForwarded) implements Target {}

    /** Declared SQL. {@code parameters}: the names bound in it, so what an answer depends on. */
    record Postgres(Origin origin, java.util.List<String> parameters) implements Target {}

    /** The service's own endpoints under {@code /_sluice/}. */
    record Own() implements Target {}
}
