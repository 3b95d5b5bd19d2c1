package io.sluice.api.openapi;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import io.vertx.json.schema.Draft;
import io.vertx.json.schema.JsonSchema;
import io.vertx.json.schema.JsonSchemaOptions;
import io.vertx.json.schema.OutputFormat;
import io.vertx.json.schema.OutputUnit;
import io.vertx.json.schema.Validator;
import io.vertx.openapi.contract.OpenAPIVersion;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Holds documents against the OpenAPI Initiative's own JSON Schema for 3.1, and values against documents. */
public final class OfficialSchema {
    /** Schemas note their place in themselves when they are used: they are given copies. */
    private static final String BASE = "app://sluice/";

    private OfficialSchema() {}

    public static void assertValid(JsonObject document) throws Exception {
        Vertx vertx = Vertx.vertx();
        try {
            OpenAPIVersion version = OpenAPIVersion.fromContract(document);
            OutputUnit told = await(version.getRepository(vertx, BASE)
                    .compose(schemas -> version.validateContract(vertx, schemas, document.copy())));
            assertTrue(told.getValid(), () -> told.toJson().encodePrettily());
        } finally {
            await(vertx.close());
        }
    }

    /** Whether a value is what a schema of a document says. */
    public static OutputUnit judge(JsonObject document, JsonObject schema, @Nullable Object value) {
        JsonObject whole = schema.copy()
                .put("components", document.getJsonObject("components").copy());
        return Validator.create(
                        JsonSchema.of(whole),
                        new JsonSchemaOptions()
                                .setBaseUri(BASE)
                                .setDraft(Draft.DRAFT202012)
                                .setOutputFormat(OutputFormat.Basic))
                .validate(value);
    }

    public static boolean fits(JsonObject document, JsonObject schema, @Nullable Object value) {
        OutputUnit told = judge(document, schema, value);
        return Boolean.TRUE.equals(told.getValid());
    }

    private static <T> T await(Future<T> future) throws Exception {
        return future.toCompletionStage().toCompletableFuture().get(30, TimeUnit.SECONDS);
    }
}
