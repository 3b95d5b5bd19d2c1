package io.sluice.boot;

import io.sluice.client.IpAddress;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import org.eclipse.microprofile.config.Config;
import org.jspecify.annotations.Nullable;

/**
 * Where this process listens. Servers of one process on one port of one address would share it: a part of the requests would get to the
 * other one, and no error would say so.
 */
final class ListeningPorts {
    /** What a server that names no address listens on. */
    private static final String EVERYWHERE = "0.0.0.0";

    private ListeningPorts() {}

    /**
     * A place to listen.
     *
     * @param host an address, or a name of one
     * @param port 0: whichever is free, and so never another's
     * @param by the setting that says so
     */
    record Place(String host, int port, String by) {
        static Place data(String host, int port) {
            return new Place(host, port, "QUARKUS_HTTP_PORT");
        }

        static Place management(String host, int port) {
            return new Place(host, port, "QUARKUS_MANAGEMENT_PORT");
        }

        static Place grpc(int port) {
            return new Place(EVERYWHERE, port, "grpc.port");
        }

        private boolean clashes(Place other) {
            return port != 0 && port == other.port && overlap(address(host), address(other.host));
        }
    }

    /** @param grpc where Envoy's service listens; null: nowhere */
    static void check(Config settings, @Nullable Integer grpc) {
        List<Place> all = new ArrayList<>(List.of(
                Place.data(
                        settings.getValue("quarkus.http.host", String.class),
                        settings.getValue("quarkus.http.port", Integer.class)),
                Place.management(
                        settings.getValue("quarkus.management.host", String.class),
                        settings.getValue("quarkus.management.port", Integer.class))));
        if (grpc != null) {
            all.add(Place.grpc(grpc));
        }
        check(all);
    }

    static void check(List<Place> all) {
        for (int i = 1; i < all.size(); i++) {
            Place one = all.get(i);
            for (Place other : all.subList(0, i)) {
                if (one.clashes(other)) {
                    throw new StartFailure("sluice: port " + one.port + " is both " + other.by + " and " + one.by
                            + "; set one of them to another port");
                }
            }
        }
    }

    /** Null: nobody knows which, and it may be any. */
    private static @Nullable IpAddress address(String host) {
        String bare = host.startsWith("[") && host.endsWith("]") ? host.substring(1, host.length() - 1) : host;
        IpAddress written = IpAddress.parse(bare);
        if (written != null) {
            return written;
        }
        try {
            return IpAddress.parse(InetAddress.getByName(bare).getHostAddress());
        } catch (UnknownHostException unknown) {
            return null;
        }
    }

    /** The wildcard of either family is taken for both: whether it is depends on the system. */
    private static boolean overlap(@Nullable IpAddress one, @Nullable IpAddress other) {
        return one == null || other == null || one.equals(other) || one.isWildcard() || other.isWildcard();
    }
}
