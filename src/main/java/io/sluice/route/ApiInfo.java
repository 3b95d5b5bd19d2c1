package io.sluice.route;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What is told of the routes as an API.
 *
 * @param servers URLs that it is reached at; none: where its description is
 * @param http whether routes over HTTP are told too
 */
public record ApiInfo(
        String title, String version, @Nullable String description, List<String> servers, boolean http) {
    public static final ApiInfo DEFAULT = new ApiInfo("API", "1.0.0", null, List.of(), true);

    public ApiInfo {
        servers = List.copyOf(servers);
    }
}
