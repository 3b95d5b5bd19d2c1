package io.sluice.boot;

import io.netty.channel.Channel;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.util.concurrent.GlobalEventExecutor;
import java.net.InetSocketAddress;
import java.util.Set;

/** The sockets that this program listens on, so that a drain can stop taking new connections. */
final class Listeners {
    private static final ChannelGroup OPEN = new DefaultChannelGroup("listeners", GlobalEventExecutor.INSTANCE);

    private Listeners() {}

    static void add(Channel channel) {
        OPEN.add(channel);
    }

    /** Closes all but those on some ports; whoever connects from now on is refused at once and may go elsewhere. */
    static void close(Set<Integer> exceptPorts) {
        OPEN.close(channel -> !(channel.localAddress() instanceof InetSocketAddress address)
                        || !exceptPorts.contains(address.getPort()))
                .awaitUninterruptibly(1_000);
    }
}
