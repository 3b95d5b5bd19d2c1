package io.sluice.origin.postgres;

import java.util.List;

/**
 * As whom a route's statements run, for row-level security.
 *
 * @param roles where the role comes from, the first that is there: {@code jwt:CLAIM} or a role's own name; none: the role that the
 *     connection has
 * @param claims of the caller's token that the statements see in the setting {@code request.jwt.claims}
 */
public record Access(List<String> roles, List<String> claims) {
    /** As the connection's own role, told nothing of the caller. */
    public static final Access OWN = new Access(List.of(), List.of());

    private static final String CLAIM = "jwt:";

    public Access {
        roles = List.copyOf(roles);
        claims = List.copyOf(claims);
    }

    public boolean isOwn() {
        return roles.isEmpty() && claims.isEmpty();
    }

    /** The claim that a source of the role names; null: it is a role. */
    public static @org.jspecify.annotations.Nullable String claim(String source) {
        return source.startsWith(CLAIM) ? source.substring(CLAIM.length()) : null;
    }
}
