package io.sluice.client;

import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Who is never limited and who is never served, by name or by network. A network holds for the address as far as trusted proxies
 * vouch for it; where two fields name two callers, either is denied, and neither is unlimited by its address. Who is on both lists
 * is denied.
 */
public record AccessLists(Members unlimited, Members denied) {
    public static final AccessLists NONE = new AccessLists(Members.NOBODY, Members.NOBODY);

    /** @param names of clients with their source, such as {@code header:X-API-Key=alice} */
    public record Members(Set<String> names, List<Cidr> networks) {
        public static final Members NOBODY = new Members(Set.of(), List.of());

        public Members {
            names = Set.copyOf(names);
            networks = List.copyOf(networks);
        }

        boolean isEmpty() {
            return names.isEmpty() && networks.isEmpty();
        }

        private boolean names(String client) {
            return names.contains(client);
        }

        private boolean holds(@Nullable IpAddress address) {
            if (address != null) {
                for (int i = 0; i < networks.size(); i++) {
                    if (networks.get(i).contains(address)) {
                        return true;
                    }
                }
            }
            return false;
        }
    }

    public boolean isEmpty() {
        return unlimited.isEmpty() && denied.isEmpty();
    }

    /** @param alleged who may be meant besides, where the address is disputed */
    Standing of(String client, String address, List<IpAddress> alleged) {
        if (isEmpty()) {
            return Standing.ORDINARY;
        }
        boolean byNetwork = !unlimited.networks.isEmpty() || !denied.networks.isEmpty();
        IpAddress parsed = byNetwork ? IpAddress.parse(address) : null;
        boolean disputed = false;
        boolean refused = denied.names(client) || denied.holds(parsed);
        for (IpAddress other : alleged) {
            String name = other.toString();
            disputed |= !name.equals(address);
            refused |= denied.holds(other) || denied.names(ClientNamer.ADDRESS.prefix() + name);
        }
        if (refused) {
            return Standing.DENIED;
        }
        boolean exempt = disputed
                ? unlimited.names(client) && !client.equals(ClientNamer.ADDRESS.prefix() + address)
                : unlimited.names(client) || unlimited.holds(parsed);
        return exempt ? Standing.UNLIMITED : Standing.ORDINARY;
    }
}
