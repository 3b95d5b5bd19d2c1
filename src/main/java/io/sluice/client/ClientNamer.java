package io.sluice.client;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Names the client of a request: the first source present wins; none: the address. A source that is there twice or
 * empty is not present, since two parties could read it differently.
 */
public final class ClientNamer {
    private static final String BEARER = "Bearer ";
    static final ClientSource ADDRESS = new ClientSource.Address();

    private final ClientSource[] sources;
    private final TrustedProxies proxies;
    private final AccessLists access;
    private final Claims claims;
    private final String tokenHeader;

    public ClientNamer(List<ClientSource> sources, TrustedProxies proxies) {
        this(sources, proxies, AccessLists.NONE);
    }

    public ClientNamer(List<ClientSource> sources, TrustedProxies proxies, AccessLists access) {
        this(sources, proxies, access, Claims.NONE, "Authorization");
    }

    /**
     * @param claims of the tokens that are believed
     * @param tokenHeader whose value is {@code Bearer TOKEN}
     */
    public ClientNamer(
            List<ClientSource> sources, TrustedProxies proxies, AccessLists access, Claims claims, String tokenHeader) {
        this.access = access;
        this.claims = claims;
        this.tokenHeader = tokenHeader;
        this.sources = sources.toArray(ClientSource[]::new);
        this.proxies = proxies;
    }

    /** Whether any caller stands outside of the limits; else none needs to be identified for that. */
    public boolean hasAccessLists() {
        return !access.isEmpty();
    }

    /** The field whose value is {@code Bearer TOKEN}. */
    public String tokenHeader() {
        return tokenHeader;
    }

    /** Never fails: what a caller sends can at most leave it named by its address. */
    public Caller identify(Facts facts) {
        String peer = facts.peer();
        String address;
        boolean trusted = false;
        List<IpAddress> alleged = List.of();
        if (proxies.isEmpty()) {
            address = canonical(peer);
        } else {
            IpAddress parsed = IpAddress.parse(peer);
            if (parsed == null) {
                address = peer;
            } else if (proxies.contains(parsed)) {
                trusted = true;
                List<String> forwardedFor = facts.headers("X-Forwarded-For");
                List<String> forwarded = facts.headers("Forwarded");
                address = proxies.resolve(parsed, forwardedFor, forwarded).toString();
                if (!access.isEmpty()) {
                    alleged = proxies.alleged(parsed, forwardedFor, forwarded);
                }
            } else {
                address = parsed.isV4() ? canonical(peer) : parsed.toString();
            }
        }
        String client = name(facts, address);
        return new Caller(client, address, trusted, access.of(client, address, alleged));
    }

    private String name(Facts facts, String address) {
        String carried = carried(facts);
        return carried == null ? ADDRESS.prefix() + address : carried;
    }

    /** The client's name where what the request carries tells it; null: its address does. */
    public @Nullable String carried(Facts facts) {
        for (ClientSource source : sources) {
            if (source instanceof ClientSource.Address) {
                return null;
            }
            List<String> values = values(facts, source);
            if (values.size() == 1 && !values.get(0).isEmpty()) {
                return source.prefix() + values.get(0);
            }
        }
        return null;
    }

    /** A claim of the bearer's token (RFC 6750 §2.1); null where no token that is believed has it. */
    public @Nullable String claim(Facts facts, String name) {
        List<String> lines = facts.headers(tokenHeader);
        if (lines.size() != 1) {
            return null;
        }
        String line = lines.get(0);
        return line.regionMatches(true, 0, BEARER, 0, BEARER.length())
                ? claims.claim(line.substring(BEARER.length()).strip(), name)
                : null;
    }

    private List<String> values(Facts facts, ClientSource source) {
        if (source instanceof ClientSource.Header header) {
            return facts.headers(header.name());
        } else if (source instanceof ClientSource.Query query) {
            return facts.queries(query.name());
        } else if (source instanceof ClientSource.Cookie cookie) {
            return facts.cookies(cookie.name());
        } else if (source instanceof ClientSource.Jwt jwt) {
            String claim = claim(facts, jwt.claim());
            return claim == null ? List.of() : List.of(claim);
        }
        return List.of();
    }

    /** Dotted decimal from a socket is canonical already; IPv6 is not (the JDK writes all eight groups). */
    private static String canonical(String peer) {
        if (peer.indexOf(':') < 0) {
            return peer;
        }
        IpAddress parsed = IpAddress.parse(peer);
        return parsed == null ? peer : parsed.toString();
    }
}
