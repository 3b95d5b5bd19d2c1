package io.sluice.boot;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpMessage;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.impl.VertxHttpRequestDecoder;

/**
 * The server's decoder, which drops a Content-Length beside a Transfer-Encoding; here the connection also ends after the
 * answer, as RFC 9112 §6.1 demands: whoever sent both may mean another request to begin elsewhere.
 */
final class FramingDecoder extends VertxHttpRequestDecoder {
    FramingDecoder(HttpServerOptions options) {
        super(options);
    }

    @Override
    protected void handleTransferEncodingChunkedWithContentLength(HttpMessage message) {
        super.handleTransferEncodingChunkedWithContentLength(message);
        message.headers().set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
    }
}
