package io.sluice.boot;

import io.quarkus.vertx.http.HttpServerOptionsCustomizer;
import io.vertx.core.http.HttpServerOptions;
import jakarta.inject.Singleton;
import org.jspecify.annotations.Nullable;

/** Remembers how the data port decodes, for handlers that Netty makes and no container can inject into. */
@Singleton
public final class DataPort implements HttpServerOptionsCustomizer {
    private static volatile @Nullable HttpServerOptions decoding;

    @Override
    public void customizeHttpServer(HttpServerOptions options) {
        decoding = options;
    }

    @Override
    public void customizeHttpsServer(HttpServerOptions options) {
        decoding = options;
    }

    /** Null before the server's options are known. */
    static @Nullable HttpServerOptions decoding() {
        return decoding;
    }
}
