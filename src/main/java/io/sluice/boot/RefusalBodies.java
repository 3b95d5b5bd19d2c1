package io.sluice.boot;

import io.netty.bootstrap.ChannelInitializerExtension;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.ChannelPromise;
import io.netty.channel.ServerChannel;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpVersion;
import io.sluice.gateway.Problem;
import io.vertx.core.http.HttpServerOptions;
import java.nio.charset.StandardCharsets;

/**
 * Gives a body to what the server's own decoder refuses. A request that cannot be parsed never reaches a router: the
 * server answers a bare 400, 414 or 431 and closes. Quarkus offers no hook there; Netty does (loaded as a service when
 * {@code io.netty.bootstrap.extensions=serviceload}).
 */
public final class RefusalBodies extends ChannelInitializerExtension {
    private static final String ENCODER = "httpEncoder";
    private static final String DECODER = "httpDecoder";

    @Override
    public void postInitializeServerListenerChannel(ServerChannel channel) {
        Listeners.add(channel);
    }

    @Override
    public void postInitializeServerChildChannel(Channel channel) {
        channel.pipeline().addLast(new FirstRead());
    }

    /** The server fills its pipeline after this extension ran: by the first read it is there up to the protocol's choice. */
    private static final class FirstRead extends ChannelInboundHandlerAdapter {
        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            ChannelPipeline pipeline = context.pipeline();
            pipeline.addLast(new Chosen());
            pipeline.remove(this);
            context.fireChannelRead(message);
        }
    }

    /** Sits behind the choice of the protocol, and so reads first when HTTP/1's encoder has just been put in. */
    private static final class Chosen extends ChannelInboundHandlerAdapter {
        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            ChannelPipeline pipeline = context.pipeline();
            if (pipeline.get(ENCODER) != null) {
                FramingDecoder.Pending pending = new FramingDecoder.Pending();
                pipeline.addAfter(ENCODER, "refusals", new Bodies(pending));
                OneBuffer.install(pipeline, ENCODER);
                HttpServerOptions options = DataPort.decoding();
                if (options != null && pipeline.get(DECODER) != null) {
                    pipeline.replace(DECODER, DECODER, new FramingDecoder(options, pending));
                }
            }
            // Before reading on: an upgrade to HTTP/2 clears the pipeline, and removing twice ends the connection.
            pipeline.remove(this);
            context.fireChannelRead(message);
        }
    }

    private static final class Bodies extends ChannelOutboundHandlerAdapter {
        private final FramingDecoder.Pending pending;

        Bodies(FramingDecoder.Pending pending) {
            this.pending = pending;
        }

        @Override
        @SuppressWarnings("FutureReturnValueIgnored") // the promise is the caller's
        public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) {
            if (message instanceof HttpResponse response) {
                if (response.status().code() >= 200) {
                    pending.answered();
                }
                if (!isOurs(response.protocolVersion())) {
                    // Else the server echoes whatever version an unreadable request line named.
                    response.setProtocolVersion(HttpVersion.HTTP_1_1);
                }
            }
            context.write(
                    message instanceof FullHttpResponse response && isBare(response) ? problem(response) : message,
                    promise);
        }

        private static boolean isOurs(HttpVersion version) {
            return version.equals(HttpVersion.HTTP_1_1) || version.equals(HttpVersion.HTTP_1_0);
        }

        private static boolean isBare(FullHttpResponse response) {
            int status = response.status().code();
            return (status == 400 || status == 414 || status == 431)
                    && !response.content().isReadable()
                    && onlyFraming(response.headers());
        }

        /** An answer that came through the gateway carries more than that, if only the mark that it came through. */
        private static boolean onlyFraming(HttpHeaders headers) {
            for (var header : headers) {
                String name = header.getKey();
                if (!name.equalsIgnoreCase("content-length") && !name.equalsIgnoreCase("connection")) {
                    return false;
                }
            }
            return true;
        }

        private static FullHttpResponse problem(FullHttpResponse bare) {
            int status = bare.status().code();
            byte[] body = Problem.of(
                            status,
                            bare.status().reasonPhrase(),
                            switch (status) {
                                case 414 -> "the request line is longer than this server takes";
                                case 431 -> "the header is longer than this server takes";
                                default -> "the request is not HTTP as RFC 9112 has it";
                            })
                    .json()
                    .getBytes(StandardCharsets.UTF_8);
            bare.release();
            FullHttpResponse full =
                    new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, bare.status(), Unpooled.wrappedBuffer(body));
            full.headers()
                    .set(HttpHeaderNames.CONTENT_TYPE, Problem.MEDIA_TYPE)
                    .set(HttpHeaderNames.CONTENT_LENGTH, body.length)
                    .set(HttpHeaderNames.CONNECTION, "close");
            return full;
        }
    }
}
