package io.sluice.api.openapi;

import io.sluice.route.ApiInfo;
import io.sluice.route.Route;
import io.sluice.route.RouteTable;
import io.sluice.route.Target;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** Puts the routes of a table together as operations by path. */
final class Operations {
    /** Those for which a path item has a place (OpenAPI 3.1.0 §4.8.9). */
    private static final Set<String> METHODS =
            Set.of("GET", "PUT", "POST", "DELETE", "OPTIONS", "HEAD", "PATCH", "TRACE");

    /** Told of a route that takes any. */
    private static final List<String> USUAL = List.of("GET", "POST", "PUT", "PATCH", "DELETE");

    private final RouteTable table;
    private final Described described;
    private final Components components = new Components();
    private final Map<String, PathTemplate> templates = new LinkedHashMap<>();
    private final Map<String, JsonObject> paths = new LinkedHashMap<>();
    private final Set<String> ids = new HashSet<>();

    private Operations(RouteTable table, Described described) {
        this.table = table;
        this.described = described;
    }

    static JsonObject document(RouteTable table, ApiInfo info, Described described) {
        Operations operations = new Operations(table, described);
        table.routes().forEach(route -> operations.add(route, info));
        JsonObject about = new JsonObject().put("title", info.title());
        if (info.description() != null) {
            about.put("description", info.description());
        }
        JsonObject document =
                new JsonObject().put("openapi", "3.1.0").put("info", about.put("version", info.version()));
        if (!info.servers().isEmpty()) {
            JsonArray servers = new JsonArray();
            info.servers().forEach(url -> servers.add(new JsonObject().put("url", url)));
            document.put("servers", servers);
        }
        JsonObject paths = new JsonObject();
        operations.paths.forEach(paths::put);
        document.put("paths", paths);
        JsonObject components = operations.components.all();
        return components.isEmpty() ? document : document.put("components", components);
    }

    private void add(Route route, ApiInfo info) {
        if (route.target() instanceof Target.Own || route.target() instanceof Target.Http && !info.http()) {
            return;
        }
        PathTemplate own = PathTemplate.of(route.path());
        PathTemplate first = templates.computeIfAbsent(own.kind(), kind -> own);
        List<PathTemplate.Parameter> path = own.as(first);
        JsonObject item = paths.computeIfAbsent(first.text(), text -> new JsonObject());
        List<String> methods = route.methods().isEmpty()
                ? USUAL
                : route.methods().stream().sorted().filter(METHODS::contains).toList();
        // One body and one row for all its methods.
        RouteOperation operation = new RouteOperation(table, route, path, components);
        for (String method : methods) {
            if (route.methods().isEmpty()
                    || methods.size() == 1
                    || !method.equals("HEAD")
                    || !methods.contains("GET")) {
                JsonObject made = route.target() instanceof Target.Postgres postgres
                        ? operation.postgres(postgres, described.of(route))
                        : operation.http(method);
                item.put(
                        method.toLowerCase(Locale.ROOT),
                        new JsonObject()
                                .put("operationId", id(route.name(), methods.size() == 1 ? "" : method))
                                .mergeIn(made));
            }
        }
        if (item.isEmpty()) {
            paths.remove(first.text());
        }
    }

    private String id(String route, String method) {
        String name = method.isEmpty() ? route : route + '-' + method.toLowerCase(Locale.ROOT);
        String free = name;
        for (int i = 2; !ids.add(free); i++) {
            free = name + '-' + i;
        }
        return free;
    }

    static JsonObject content(String type, JsonObject schema) {
        return new JsonObject().put(type, schema.isEmpty() ? new JsonObject() : new JsonObject().put("schema", schema));
    }
}
