package io.sluice.boot;

import io.sluice.admin.GrpcListener;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.eclipse.microprofile.config.ConfigProvider;
import org.jboss.logging.Logger;

/**
 * How a program that is asked to end goes on until it does.
 *
 * @param delay for which requests are still taken, as others have yet to hear that it is not ready
 * @param timeout in which those that were accepted are to end
 */
record Drain(Duration delay, Duration timeout) {
    private static final Logger LOG = Logger.getLogger("io.sluice");

    /** Takes no new request after a while, and returns when what was accepted is answered. */
    void of(Running now) {
        now.gateway().drain();
        GrpcListener grpc = now.grpc();
        if (grpc != null) {
            grpc.drain();
        }
        try {
            TimeUnit.MILLISECONDS.sleep(delay.toMillis());
            Listeners.close(Set.of(ConfigProvider.getConfig().getValue("quarkus.management.port", Integer.class)));
            if (grpc != null) {
                grpc.close();
            }
            if (!now.gateway().inFlight().awaitNone(timeout.toMillis())) {
                LOG.warnf(
                        "%d requests did not end within %s",
                        now.gateway().inFlight().count(), timeout);
            }
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
        }
    }
}
