package io.sluice.origin;

import io.vertx.core.json.JsonObject;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What an origin takes and gives, as far as it knows, for those who call it. Schemas are JSON Schema (2020-12); nobody changes them.
 *
 * @param learnt whether types are known; else schemas take everything
 * @param parameters that a path or a query has
 * @param body null: none is read
 * @param status of an answer that is none of a problem
 * @param conditional whether a change may be made to depend on what is there ({@code If-Match})
 * @param retries what is made of {@code Idempotency-Key}
 */
public record Description(
        boolean learnt,
        List<Parameter> parameters,
        @Nullable Body body,
        Gives gives,
        int status,
        boolean conditional,
        Retries retries) {
    public Description {
        parameters = List.copyOf(parameters);
    }

    /** How a value is written in a URL. */
    public enum Style {
        PLAIN,
        /** Several, with commas between. */
        LIST,
        JSON
    }

    /** What is made of a request that says that it may be a retry. */
    public enum Retries {
        IGNORED,
        OPTIONAL,
        REQUIRED
    }

    /** @param text says what the schema cannot; may be empty */
    public record Parameter(String name, JsonObject schema, Style style, boolean required, String text) {}

    /**
     * JSON that a request has.
     *
     * @param open whether an object may have members that the schema does not know
     * @param most bytes
     */
    public record Body(JsonObject schema, boolean open, int most) {}

    /** What an answer has. */
    public sealed interface Gives {
        /** @param schema of the whole; it may be missing, which is a 404 */
        record One(JsonObject schema) implements Gives {}

        /** @param most what a list is cut off at */
        record Many(JsonObject item, int most) implements Gives {}

        /** @param page tells the way to the others */
        record Part(JsonObject item, JsonObject page) implements Gives {}

        record Nothing() implements Gives {}
    }
}
