package io.sluice.client;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The proxies whose word is believed about who called them.
 *
 * <p>{@code X-Forwarded-For} and {@code Forwarded} (RFC 7239) are read from right to left, each hop vouched for by the
 * trusted one after it; the first that is not trusted is the caller. What is not an address (an obfuscated name,
 * {@code unknown}, garbage) ends the walk at the last good hop. When both fields are there, a hop counts only where
 * they agree: a proxy that writes one of them passes the other on as the client forged it.
 */
public record TrustedProxies(List<Cidr> networks) {
    public static final TrustedProxies NONE = new TrustedProxies(List.of());

    public TrustedProxies {
        networks = List.copyOf(networks);
    }

    boolean isEmpty() {
        return networks.isEmpty();
    }

    boolean contains(IpAddress address) {
        for (int i = 0; i < networks.size(); i++) {
            if (networks.get(i).contains(address)) {
                return true;
            }
        }
        return false;
    }

    /**
     * The caller's address.
     *
     * @param peer the connection's other end, which is trusted
     * @param forwardedFor the lines of {@code X-Forwarded-For}
     * @param forwarded the lines of {@code Forwarded}
     */
    IpAddress resolve(IpAddress peer, List<String> forwardedFor, List<String> forwarded) {
        if (forwardedFor.isEmpty() && forwarded.isEmpty()) {
            return peer;
        }
        Hops first = forwardedFor.isEmpty() ? new Forwarded(forwarded) : new ForwardedFor(forwardedFor);
        Hops second = forwardedFor.isEmpty() || forwarded.isEmpty() ? null : new Forwarded(forwarded);
        return walk(peer, first, second);
    }

    /**
     * Where both fields are there, who each of them alone says is the caller: one of them may be forged, and that must neither hide
     * a caller nor make one out to be a proxy. Empty where there is one field or none.
     */
    List<IpAddress> alleged(IpAddress peer, List<String> forwardedFor, List<String> forwarded) {
        return forwardedFor.isEmpty() || forwarded.isEmpty()
                ? List.of()
                : List.of(walk(peer, new ForwardedFor(forwardedFor), null), walk(peer, new Forwarded(forwarded), null));
    }

    private IpAddress walk(IpAddress peer, Hops first, @Nullable Hops second) {
        IpAddress caller = peer;
        while (contains(caller)) {
            IpAddress next = first.next();
            if (next == null || (second != null && !next.equals(second.next()))) {
                return caller;
            }
            caller = next;
        }
        return caller;
    }
}
