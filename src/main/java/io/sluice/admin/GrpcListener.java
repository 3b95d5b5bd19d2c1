package io.sluice.admin;

import io.envoyproxy.envoy.service.ratelimit.v3.RateLimitServiceGrpc;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.protobuf.services.HealthStatusManager;
import io.sluice.api.Desk;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.impl.VertxInternal;
import io.vertx.grpc.server.GrpcServer;
import io.vertx.grpc.server.GrpcServiceBridge;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/** Listens for gRPC, in plain HTTP/2: Envoy's rate limit service and grpc.health.v1. */
public final class GrpcListener {
    private static final long PATIENCE_SECONDS = 10;
    /** For calls that are on their way at the end, ms; far longer than a store's deadline. */
    private static final long LAST_CALLS = 1_000;

    private final HealthStatusManager health = new HealthStatusManager();
    private final Set<HttpConnection> open = ConcurrentHashMap.newKeySet();

    /**
     * On as many event loops as there are processors. Blocks.
     *
     * @param unmatched is told of descriptors that no rule takes
     * @return why it does not listen; null: it does
     */
    public @Nullable String start(Vertx vertx, int port, Desk.Parts parts, IntConsumer unmatched) {
        health.setStatus(RateLimitServiceGrpc.SERVICE_NAME, ServingStatus.SERVING);
        EnvoyRateLimits limits = new EnvoyRateLimits(parts, unmatched);
        List<Future<HttpServer>> listening = new ArrayList<>();
        for (int i = 0; i < Runtime.getRuntime().availableProcessors(); i++) {
            GrpcServer server = GrpcServer.server(vertx);
            GrpcServiceBridge.bridge(limits).bind(server);
            GrpcServiceBridge.bridge(health.getHealthService()).bind(server);
            var context = ((VertxInternal) vertx).createEventLoopContext();
            var promise = context.<HttpServer>promise();
            context.runOnContext(v -> vertx.createHttpServer(new HttpServerOptions().setHttp2ClearTextEnabled(true))
                    .requestHandler(server)
                    .connectionHandler(this::opened)
                    .listen(port)
                    .onComplete(promise));
            listening.add(promise.future());
        }
        try {
            Future.all(listening).toCompletionStage().toCompletableFuture().get(PATIENCE_SECONDS, TimeUnit.SECONDS);
            return null;
        } catch (ExecutionException e) {
            return String.valueOf(e.getCause() == null ? e : e.getCause().getMessage());
        } catch (TimeoutException e) {
            return "it takes too long";
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return "it was interrupted";
        }
    }

    private void opened(HttpConnection connection) {
        open.add(connection);
        connection.closeHandler(closed -> open.remove(connection));
    }

    /** From now on its health is NOT_SERVING, so that callers go elsewhere. */
    public void drain() {
        health.enterTerminalState();
    }

    /** To be called when no connection comes any more: lets calls end, takes no further ones. Blocks for a second at most. */
    public void close() {
        List<Future<Void>> ended =
                open.stream().map(connection -> connection.shutdown(LAST_CALLS)).toList();
        try {
            Future.join(ended).toCompletionStage().toCompletableFuture().get(LAST_CALLS, TimeUnit.MILLISECONDS);
        } catch (ExecutionException | TimeoutException late) {
            // those are cut with the process
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
