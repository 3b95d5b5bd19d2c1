package io.sluice.cache.http;

import java.net.URI;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** References in headers (RFC 9110 §10.2.2, §8.7) to what lies at the same origin. */
public final class References {
    private References() {}

    /**
     * The path and query that a reference names.
     *
     * @param origin scheme and authority that were asked, {@code https://shop.example}
     * @param target path and query that were asked for, which a relative reference is relative to
     * @return null: it names nothing, or something elsewhere
     */
    public static @Nullable String sameOrigin(String origin, String target, @Nullable String reference) {
        if (reference == null) {
            return null;
        }
        int query = target.indexOf('?');
        String path = query < 0 ? target : target.substring(0, query);
        String named = reference.strip();
        int fragment = named.indexOf('#');
        named = fragment < 0 ? named : named.substring(0, fragment);
        if (named.isEmpty()) {
            return target;
        } else if (named.startsWith("?")) {
            return path + named;
        } else if (named.startsWith("/") && !named.startsWith("//")) {
            return named;
        }
        try {
            URI base = URI.create(origin + path);
            URI resolved = base.resolve(named).normalize();
            String there = resolved.getRawPath();
            if (there == null || !authority(resolved).equals(authority(base))) {
                return null;
            }
            return (there.isEmpty() ? "/" : there)
                    + (resolved.getRawQuery() == null ? "" : '?' + resolved.getRawQuery());
        } catch (IllegalArgumentException malformed) {
            return null;
        }
    }

    /** With the scheme, in lower case, and with the port that is left out (RFC 9110 §4.2.3). */
    private static String authority(URI uri) {
        String scheme = String.valueOf(uri.getScheme()).toLowerCase(Locale.ROOT);
        int port = uri.getPort() >= 0 ? uri.getPort() : scheme.equals("https") ? 443 : 80;
        return scheme + "://" + String.valueOf(uri.getHost()).toLowerCase(Locale.ROOT) + ':' + port;
    }
}
