package io.sluice.boot;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpMessage;
import io.netty.handler.codec.http.HttpRequest;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.impl.VertxHttpRequestDecoder;
import java.util.List;

/**
 * The server's decoder, with two of its holes closed.
 *
 * <p>It drops a Content-Length beside a Transfer-Encoding; here the connection also ends after the answer, as RFC 9112
 * §6.1 demands: whoever sent both may mean another request to begin elsewhere.
 *
 * <p>It queues pipelined requests without a bound, before any limit is asked; here a connection that runs too far ahead
 * of its answers is closed.
 */
final class FramingDecoder extends VertxHttpRequestDecoder {
    /** Requests on one connection that wait for their answers; clients that pipeline send a few dozen. */
    private static final int MOST_PENDING = 1_000;

    private final Pending pending;

    /** Requests decoded less answers begun, on one connection and its event loop. */
    static final class Pending {
        private int requests;

        void answered() {
            requests--;
        }
    }

    FramingDecoder(HttpServerOptions options, Pending pending) {
        super(options);
        this.pending = pending;
    }

    @Override
    protected void decode(ChannelHandlerContext context, ByteBuf buffer, List<Object> out) throws Exception {
        int before = out.size();
        super.decode(context, buffer, out);
        for (int i = before; i < out.size(); i++) {
            if (out.get(i) instanceof HttpRequest && ++pending.requests > MOST_PENDING) {
                buffer.skipBytes(buffer.readableBytes());
                var closing = context.close();
                closing.addListener(closed -> pending.requests = 0);
                return;
            }
        }
    }

    @Override
    protected void handleTransferEncodingChunkedWithContentLength(HttpMessage message) {
        super.handleTransferEncodingChunkedWithContentLength(message);
        message.headers().set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
    }
}
