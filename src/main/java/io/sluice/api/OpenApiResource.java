package io.sluice.api;

import io.sluice.api.openapi.OpenApi;
import io.sluice.cache.http.Conditional;
import io.sluice.client.Standing;
import io.sluice.gateway.RequestSubject;
import io.sluice.route.ApiInfo;
import io.sluice.route.RouteTable;
import io.smallrye.common.annotation.Blocking;
import io.vertx.core.http.HttpServerRequest;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.Response;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The declared routes as an OpenAPI document. */
@Path("/_sluice/openapi")
@Singleton
public class OpenApiResource {
    private static final String JSON = "application/json";
    private static final String YAML = "application/yaml";

    @Inject
    Desk desk;

    private final OpenApi documents = new OpenApi();

    /** @param format {@code json} or {@code yaml}; else what {@code Accept} prefers */
    @GET
    @Blocking
    public Response openapi(@Context HttpServerRequest request, @Nullable @QueryParam("format") String format) {
        RouteTable table = desk.parts().table().get();
        ApiInfo info = table.questions().api();
        if (info == null) {
            return Replies.off();
        }
        if (table.clients().hasAccessLists()
                && new RequestSubject(request, table.clients(), "", "GET", "/", Map.of())
                                .caller()
                                .standing()
                        == Standing.DENIED) {
            return Replies.denied();
        }
        if (format != null && !format.equals("json") && !format.equals("yaml")) {
            return Replies.bad("parameter 'format': expected json or yaml");
        }
        boolean yaml = format == null ? wantsYaml(request.getHeader("Accept")) : format.equals("yaml");
        OpenApi.Text text = yaml ? documents.yaml(table, info) : documents.json(table, info);
        Response.ResponseBuilder response =
                Conditional.notModified(request.getHeader("If-None-Match"), null, text.etag(), null)
                        ? Response.notModified()
                        : Response.ok(text.bytes(), yaml ? YAML : JSON);
        return response.header("ETag", text.etag())
                .header("Cache-Control", "no-cache")
                .header("Vary", "Accept")
                .build();
    }

    /** Where it is asked for by name and JSON is not. */
    private static boolean wantsYaml(@Nullable String accept) {
        String wanted = accept == null ? "" : accept.toLowerCase(Locale.ROOT);
        return wanted.contains("yaml") && !wanted.contains("json");
    }
}
