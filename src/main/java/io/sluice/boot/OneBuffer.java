package io.sluice.boot;

import io.netty.buffer.AbstractByteBufAllocator;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http.FullHttpMessage;

/**
 * Lets head and body of a small answer leave in one buffer, by one {@code send}. Netty's encoder puts a body behind its head where the buffer
 * that it allocated for the head has room for it, and allocates no more than heads took before; here that buffer is larger by the body. Else
 * there are two writes with a promise each, a direct buffer for the copy of the body, and a {@code writev}.
 */
final class OneBuffer extends AbstractByteBufAllocator {
    /** Bytes. Copying more costs more than what a second buffer does. */
    private static final int LARGEST = 8_192;

    private final ByteBufAllocator own;
    /** Of the message that is being encoded; a channel's allocator is used by its event loop. */
    private int room;

    private OneBuffer(ByteBufAllocator own) {
        super(own.isDirectBufferPooled());
        this.own = own;
    }

    /** With TLS nothing changes: what its engine reads is no pooled direct buffer, and leaves in records. */
    static void install(ChannelPipeline pipeline, String encoder) {
        if (pipeline.channel().alloc() instanceof PooledByteBufAllocator own) {
            OneBuffer one = new OneBuffer(own);
            pipeline.channel().config().setAllocator(one);
            pipeline.addAfter(encoder, "one-buffer", one.new Announced());
        }
    }

    /** Right before the encoder, which runs within {@code write}. */
    private final class Announced extends ChannelOutboundHandlerAdapter {
        @Override
        @SuppressWarnings("FutureReturnValueIgnored") // the promise is the caller's
        public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) {
            if (message instanceof FullHttpMessage full) {
                int length = full.content().readableBytes();
                room = length <= LARGEST ? length : 0;
            }
            context.write(message, promise);
            room = 0;
        }
    }

    @Override
    public ByteBuf buffer(int initialCapacity) {
        return own.buffer(initialCapacity + room);
    }

    @Override
    protected ByteBuf newHeapBuffer(int initialCapacity, int maxCapacity) {
        return own.heapBuffer(initialCapacity, maxCapacity);
    }

    @Override
    protected ByteBuf newDirectBuffer(int initialCapacity, int maxCapacity) {
        return own.directBuffer(initialCapacity, maxCapacity);
    }

    @Override
    public boolean isDirectBufferPooled() {
        return own.isDirectBufferPooled();
    }
}
