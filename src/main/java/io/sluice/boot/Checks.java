package io.sluice.boot;

import io.sluice.origin.postgres.PostgresSessions;
import io.smallrye.health.api.AsyncHealthCheck;
import io.smallrye.mutiny.Uni;
import io.vertx.sqlclient.Pool;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Produces;
import java.time.Duration;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.HealthCheckResponseBuilder;
import org.eclipse.microprofile.health.Liveness;
import org.eclipse.microprofile.health.Readiness;
import org.eclipse.microprofile.health.Startup;

/**
 * Live, started, ready. A dependency that is down does not make the gateway unready: it still serves what it can, and an
 * orchestrator that took it away would turn a degradation into an outage. What is degraded stands in the data.
 */
@ApplicationScoped
public class Checks {
    private static final Duration PATIENCE = Duration.ofMillis(500);

    @Produces
    @Liveness
    @ApplicationScoped
    HealthCheck live() {
        return () -> HealthCheckResponse.up("sluice");
    }

    @Produces
    @Startup
    @ApplicationScoped
    HealthCheck started(Sluice sluice) {
        return () -> HealthCheckResponse.up("sluice");
    }

    @Produces
    @Readiness
    @ApplicationScoped
    AsyncHealthCheck ready(Sluice sluice) {
        return () -> {
            HealthCheckResponseBuilder response =
                    HealthCheckResponse.named("sluice").status(!sluice.draining());
            StoreState redis = sluice.store();
            response.withData("redis", redis == null ? "not configured" : redis.up() ? "up" : "down");
            CredentialStates credentials = sluice.credentials();
            if (credentials != null) {
                response.withData("postgres credentials", credentials.shown());
            }
            sluice.replicas().forEach((server, state) -> response.withData("replica " + server, state));
            sluice.origins().wrong().forEach((route, what) -> response.withData("route " + route, what));
            return postgres(sluice.postgres())
                    .map(state -> response.withData("postgres", state).build());
        };
    }

    private static Uni<String> postgres(@org.jspecify.annotations.Nullable Pool pool) {
        if (pool == null) {
            return Uni.createFrom().item("not configured");
        }
        return PostgresSessions.answers(pool, PATIENCE).map(up -> up ? "up" : "down");
    }
}
