package io.sluice.client;

import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Who is never limited and who is never served, by name or by network. A network holds for the address as far as trusted proxies
 * vouch for it. Who is on both lists is denied.
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

        private boolean has(String client, @Nullable IpAddress address) {
            if (names.contains(client)) {
                return true;
            }
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

    Standing of(String client, String address) {
        if (isEmpty()) {
            return Standing.ORDINARY;
        }
        boolean byNetwork = !unlimited.networks.isEmpty() || !denied.networks.isEmpty();
        IpAddress parsed = byNetwork ? IpAddress.parse(address) : null;
        if (denied.has(client, parsed)) {
            return Standing.DENIED;
        }
        return unlimited.has(client, parsed) ? Standing.UNLIMITED : Standing.ORDINARY;
    }
}
