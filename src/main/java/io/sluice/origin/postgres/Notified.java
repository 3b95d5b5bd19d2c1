package io.sluice.origin.postgres;

import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a notification says: {@code {"tags":["product:42"]}}, as {@code deploy/postgres/invalidation.sql} sends it. */
final class Notified {
    private Notified() {}

    /** Null when it cannot be understood. */
    static @Nullable List<String> tags(@Nullable String payload) {
        try {
            if (payload == null || !(new JsonObject(payload).getValue("tags") instanceof JsonArray array)) {
                return null;
            }
            List<String> tags = new ArrayList<>(array.size());
            for (Object tag : array) {
                if (!(tag instanceof String text)) {
                    return null;
                }
                tags.add(text);
            }
            return tags;
        } catch (DecodeException notJson) {
            return null;
        }
    }
}
