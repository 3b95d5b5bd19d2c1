package io.sluice.redis;

import io.vertx.redis.client.Response;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Which node has which slots, as {@code host:port}. */
final class SlotMap {
    static final SlotMap UNKNOWN = new SlotMap(new @Nullable String[HashSlot.COUNT], Set.of());

    private final @Nullable String[] owners;
    private final Set<String> primaries;

    private SlotMap(@Nullable String[] owners, Set<String> primaries) {
        this.owners = owners;
        this.primaries = primaries;
    }

    /**
     * @param slots what CLUSTER SLOTS replied
     * @param host of the node that did, which stands for one that it leaves out
     */
    static SlotMap of(Response slots, String host) {
        @Nullable String[] owners = new @Nullable String[HashSlot.COUNT];
        Set<String> primaries = new HashSet<>();
        for (Response range : slots) {
            Response primary = range.get(2);
            Response said = primary.get(0);
            String address = address(said == null ? "" : said.toString(), host) + ':' + primary.get(1);
            primaries.add(address);
            int last = range.get(1).toInteger();
            for (int slot = range.get(0).toInteger(); slot <= last; slot++) {
                owners[slot] = address;
            }
        }
        return new SlotMap(owners, Set.copyOf(primaries));
    }

    /** Null: nobody has it, as far as is known. */
    @Nullable
    String owner(int slot) {
        return owners[slot];
    }

    /** Every node that has slots. */
    Set<String> primaries() {
        return primaries;
    }

    boolean sameAs(SlotMap other) {
        return Arrays.equals(owners, other.owners);
    }

    static String host(String address) {
        return address.substring(0, address.lastIndexOf(':'));
    }

    /** The address in a redirection, {@code MOVED 3999 10.0.0.1:6381}; a host that is left out is the sender's. */
    static String redirected(String message, String sender) {
        List<String> words = List.of(message.split(" ", -1));
        String address = words.get(2);
        int colon = address.lastIndexOf(':');
        return address(address.substring(0, colon), host(sender)) + address.substring(colon);
    }

    /** As it stands in an URI: an IPv6 address in brackets. */
    private static String address(String said, String host) {
        String name = said.isEmpty() || "?".equals(said) ? host : said;
        return name.contains(":") && !name.startsWith("[") ? '[' + name + ']' : name;
    }

    /** Whether a slot that had an owner has another. */
    boolean movedFrom(SlotMap before) {
        for (int slot = 0; slot < owners.length; slot++) {
            String owner = owners[slot];
            String earlier = before.owners[slot];
            if (owner != null && earlier != null && !owner.equals(earlier)) {
                return true;
            }
        }
        return false;
    }
}
