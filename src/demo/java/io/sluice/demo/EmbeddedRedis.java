package io.sluice.demo;

import java.io.IOException;
import java.io.UncheckedIOException;
import redis.embedded.RedisServer;

/** A real Redis server on a free loopback port, without persistence; started by the constructor. */
public final class EmbeddedRedis implements AutoCloseable {
    private final int port;
    private RedisServer server;

    public EmbeddedRedis() {
        this(Ports.free());
    }

    public EmbeddedRedis(int port) {
        this.port = port;
        this.server = start(port);
    }

    private static RedisServer start(int port) {
        try {
            RedisServer server = RedisServer.newRedisServer()
                    .port(port)
                    .bind("127.0.0.1")
                    .setting("save \"\"")
                    .setting("appendonly no")
                    .setting("maxclients 2000")
                    .build();
            server.start();
            return server;
        } catch (IOException e) {
            throw new UncheckedIOException("the embedded Redis does not start on port " + port, e);
        }
    }

    public int port() {
        return port;
    }

    /** As {@code quarkus.redis.hosts} takes it. */
    public String url() {
        return "redis://127.0.0.1:" + port;
    }

    /** Stops it and starts an empty one on the same port. */
    public void restart() {
        close();
        server = start(port);
    }

    /** Starts it again after {@link #close}. */
    public void startAgain() {
        server = start(port);
    }

    @Override
    public void close() {
        try {
            server.stop();
        } catch (IOException e) {
            throw new UncheckedIOException("the embedded Redis does not stop", e);
        }
    }
}
