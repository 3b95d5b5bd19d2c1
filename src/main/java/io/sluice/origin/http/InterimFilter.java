package io.sluice.origin.http;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.AttributeKey;
import io.netty.util.ReferenceCountUtil;

/**
 * Drops interim responses that nobody asked about. Vert.x 4.5 takes any 1xx but 100 and 103 for the final response, and
 * the exchange would hang. It also remembers whether its connection has answered before.
 */
final class InterimFilter extends ChannelInboundHandlerAdapter {
    static final AttributeKey<InterimFilter> KEY = AttributeKey.valueOf(InterimFilter.class, "filter");

    private boolean dropping;
    private boolean answered;

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        if (message instanceof HttpResponse response) {
            int status = response.status().code();
            if (status < 200 && status >= 100) {
                dropping = status != 100 && status != 101 && status != 103;
            } else {
                answered = true;
            }
        }
        if (!dropping) {
            context.fireChannelRead(message);
            return;
        }
        if (message instanceof LastHttpContent) {
            dropping = false;
        }
        if (message instanceof HttpContent || message instanceof HttpResponse) {
            ReferenceCountUtil.release(message);
        }
    }

    /** Whether a response came over this connection: only then may it have gone stale. */
    boolean answered() {
        return answered;
    }
}
