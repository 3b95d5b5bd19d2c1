package io.sluice.admin;

import io.sluice.client.IpAddress;
import io.sluice.gateway.Problem;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Who may manage the gateway: whoever has the token; where none is configured, callers on this machine. */
final class Guard {
    private static final String SCHEME = "Bearer ";
    private static final Problem NO_TOKEN =
            Problem.of(401, "Unauthorized", "the token is missing or not the one that is configured");
    private static final Problem NOT_LOCAL = Problem.of(
            403, "Forbidden", "sluice.admin.token is not configured: only callers on this machine are served");
    private static final Problem WEB_PAGE =
            Problem.of(403, "Forbidden", "sluice.admin.token is not configured: no web page is served");

    private final byte @Nullable [] token;

    Guard(Optional<String> token) {
        this.token = token.map(Guard::bytes).orElse(null);
    }

    /**
     * @param peer the address of the connection's other end; null for one that has none, as a Unix domain socket
     * @param authorization the header {@code Authorization}
     * @param origin the header {@code Origin}
     * @return null: it may
     */
    @Nullable
    Problem refusal(@Nullable String peer, @Nullable String authorization, @Nullable String origin) {
        byte[] expected = token;
        if (expected != null) {
            return has(expected, authorization) ? null : NO_TOKEN;
        }
        if (peer != null && !isLoopback(peer)) {
            return NOT_LOCAL;
        }
        // A browser on this machine sends what any page on the web tells it to, and names the page's origin.
        return origin == null ? null : WEB_PAGE;
    }

    /** Takes as long for any wrong one. */
    private static boolean has(byte[] expected, @Nullable String authorization) {
        return authorization != null
                && authorization.regionMatches(true, 0, SCHEME, 0, SCHEME.length())
                && MessageDigest.isEqual(
                        bytes(authorization.substring(SCHEME.length()).strip()), expected);
    }

    private static boolean isLoopback(String peer) {
        IpAddress address = IpAddress.parse(peer);
        return address != null && address.isLoopback();
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
