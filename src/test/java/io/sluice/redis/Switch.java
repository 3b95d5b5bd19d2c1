package io.sluice.redis;

import io.sluice.demo.Ports;
import io.vertx.core.Vertx;
import io.vertx.core.net.NetClient;
import io.vertx.core.net.NetServer;

/** One address behind which now one server stands, now another; connections that are there stay where they lead. */
final class Switch {
    final int port = Ports.free();
    private volatile int target;

    Switch(Vertx vertx, int target) {
        this.target = target;
        NetClient out = vertx.createNetClient();
        NetServer in = vertx.createNetServer().connectHandler(caller -> {
            caller.pause();
            out.connect(this.target, "127.0.0.1")
                    .onSuccess(server -> {
                        caller.pipeTo(server);
                        server.pipeTo(caller);
                    })
                    .onFailure(refused -> caller.close());
        });
        TestRedis.await(in.listen(port, "127.0.0.1"));
    }

    void to(int other) {
        target = other;
    }

    String url() {
        return "redis://127.0.0.1:" + port;
    }
}
