package io.sluice.config;

import io.sluice.route.ApiInfo;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.ScalarNode;

/** Reads {@code openapi}: what is told of the routes. */
final class ApiReader {
    private static final String KEY = "openapi";

    private ApiReader() {}

    /** Null: nothing is told. */
    static @Nullable ApiInfo read(Fields file) {
        Node node = file.node(KEY);
        if (node == null) {
            return ApiInfo.DEFAULT;
        }
        if (node instanceof ScalarNode && !Reading.isNothing(node)) {
            Text word = file.word(KEY, List.of("off"));
            return word == null ? ApiInfo.DEFAULT : null;
        }
        Fields fields = file.map(KEY, Keys.OPENAPI, "'openapi'");
        if (fields == null) {
            return ApiInfo.DEFAULT;
        }
        Text title = fields.text("title");
        Text version = fields.text("version");
        Text description = fields.text("description");
        return new ApiInfo(
                title == null ? ApiInfo.DEFAULT.title() : title.value(),
                version == null ? ApiInfo.DEFAULT.version() : version.value(),
                description == null ? null : description.value(),
                servers(fields),
                !fields.has("http") || fields.flag("http"));
    }

    private static List<String> servers(Fields fields) {
        List<String> servers = new ArrayList<>();
        for (Text server : fields.texts("servers")) {
            if (server.value().matches("(https?://[^\\s/?#]+)?(/[^\\s?#]*)?")
                    && !server.value().isEmpty()) {
                servers.add(server.value());
            } else {
                fields.bad("servers", server);
            }
        }
        return servers;
    }
}
