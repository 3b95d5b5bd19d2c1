package io.sluice.api.openapi;

import io.sluice.cache.http.Etags;
import io.sluice.route.ApiInfo;
import io.sluice.route.RouteTable;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** The document of the table in use, made when somebody wants it and kept while it is right. */
public final class OpenApi {
    private volatile @Nullable Made made;

    /**
     * A document as it is sent.
     *
     * @param etag strong; equal documents have equal ones on every instance
     */
    public record Text(byte[] bytes, String etag) {
        static Text of(String text) {
            byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
            return new Text(bytes, Etags.strong(bytes));
        }
    }

    private record Made(RouteTable table, Described described, Text json, Text yaml) {}

    /** Takes its time when something has changed: not for an event loop. */
    public Text json(RouteTable table, ApiInfo info) {
        return made(table, info).json;
    }

    public Text yaml(RouteTable table, ApiInfo info) {
        return made(table, info).yaml;
    }

    private Made made(RouteTable table, ApiInfo info) {
        Described now = Described.now(table);
        Made known = made;
        if (known == null || known.table != table || !now.isStill(known.described)) {
            JsonObject document = Operations.document(table, info, now);
            known = new Made(table, now, Text.of(document.encodePrettily() + '\n'), Text.of(Yaml.of(document)));
            made = known;
        }
        return known;
    }
}
