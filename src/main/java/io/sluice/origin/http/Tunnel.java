package io.sluice.origin.http;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.NetSocket;

/** Bytes both ways, after client and origin agreed to another protocol. */
final class Tunnel {
    private final NetSocket client;
    private final NetSocket origin;
    private final Promise<Long> promise = Promise.promise();
    private long sent;

    private Tunnel(NetSocket client, NetSocket origin) {
        this.client = client;
        this.origin = origin;
    }

    /** @return done when either side closed, with the number of bytes that went to the client */
    static Future<Long> open(HttpClientResponse response, HttpServerRequest client) {
        NetSocket origin = response.netSocket();
        origin.pause();
        return client.toNetSocket().compose(socket -> new Tunnel(socket, origin).join(), problem -> {
            HttpStreaming.breakOff(client);
            origin.close();
            return Future.failedFuture(problem);
        });
    }

    private Future<Long> join() {
        origin.handler(part -> {
            sent += part.length();
            pass(part, origin, client);
        });
        client.handler(part -> pass(part, client, origin));
        client.drainHandler(drained -> origin.resume());
        origin.drainHandler(drained -> client.resume());
        origin.endHandler(end -> close());
        client.endHandler(end -> close());
        origin.exceptionHandler(problem -> close());
        client.exceptionHandler(problem -> close());
        origin.closeHandler(closed -> close());
        client.closeHandler(closed -> close());
        client.resume();
        origin.resume();
        return promise.future();
    }

    @SuppressWarnings({"NullAway", "FutureReturnValueIgnored"})
    private static void pass(Buffer part, NetSocket from, NetSocket to) {
        to.write(part, null);
        if (to.writeQueueFull()) {
            from.pause();
        }
    }

    /** What is written already goes out before the close does. */
    private void close() {
        if (promise.tryComplete(sent)) {
            client.end();
            origin.end();
        }
    }
}
