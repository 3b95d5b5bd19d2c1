package io.sluice.config;

import io.sluice.client.Claims;
import io.sluice.client.ClientNamer;
import io.sluice.origin.Origin;
import io.sluice.origin.postgres.Access;
import io.sluice.origin.postgres.PostgresSpec;
import io.sluice.origin.postgres.Returns;
import io.sluice.route.Route;
import io.sluice.route.RouteTable;
import io.sluice.route.Target;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Turns a configuration into the table that requests are matched on. */
public final class RouteCompiler {
    private RouteCompiler() {}

    /** One origin per route; nothing mutable is shared with an earlier table. */
    public static Compiled compile(Config config, Origins origins) {
        return compile(config, origins, Claims.NONE);
    }

    /** @param claims of the tokens that the configuration believes */
    public static Compiled compile(Config config, Origins origins, Claims claims) {
        List<Route> routes = new ArrayList<>();
        for (RouteConfig route : config.routes()) {
            Target target;
            if (route.target() instanceof TargetConfig.Http http) {
                Origin origin = origins.http(http.spec());
                target = new Target.Http(origin, Fingerprint.of(http.spec()), http.awaitCommits());
            } else if (route.target() instanceof TargetConfig.Postgres postgres) {
                Origin origin = origins.postgres(postgres.spec());
                target = new Target.Postgres(
                        origin,
                        postgres.parameters(),
                        postgres.spec().options(),
                        postgres.spec().returns() instanceof Returns.Page,
                        identity(postgres.spec()),
                        writes(postgres),
                        Fingerprint.of(postgres.spec()));
            } else {
                target = new Target.Own();
            }
            routes.add(new Route(route.name(), route.path(), route.methods(), route.limits(), route.cache(), target));
        }
        ClientNamer clients = new ClientNamer(
                config.clients(),
                config.trustedProxies(),
                config.access(),
                claims,
                config.tokens() == null ? "Authorization" : config.tokens().header());
        return new Compiled(
                config,
                new RouteTable(
                        routes,
                        clients,
                        config.headers(),
                        config.questions(),
                        config.near().showKeysTo()));
    }

    private static Target.@Nullable Identified identity(PostgresSpec spec) {
        Access access = spec.access();
        return access.isOwn() ? null : new Target.Identified(access.roles(), access.claims());
    }

    private static Target.@Nullable Writes writes(TargetConfig.Postgres postgres) {
        TargetConfig.Writes writes = postgres.writes();
        if (writes == null) {
            return null;
        }
        Text through = writes.through();
        return new Target.Writes(writes.tags(), through == null ? null : through.value());
    }
}
