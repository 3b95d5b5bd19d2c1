package io.sluice.boot;

import io.quarkus.vertx.http.ManagementInterface;
import io.sluice.admin.AdminPort;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import java.util.Optional;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/** Puts {@code /admin/} on the management port. */
@ApplicationScoped
public class AdminRoutes {
    /** After Quarkus' handler that reads bodies, of which nothing can come before. */
    private static final int FIRST = -100_000;

    @Inject
    Sluice sluice;

    @ConfigProperty(name = "sluice.admin.token")
    Optional<String> token;

    void routes(@Observes ManagementInterface management) {
        AdminPort port = new AdminPort(token, sluice::purging);
        management.router().route("/admin/*").order(FIRST).handler(port).failureHandler(port::failed);
    }
}
