package io.sluice.gateway;

import io.sluice.origin.Call;
import io.sluice.route.Target;
import io.vertx.core.json.JsonObject;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Who a caller is to a database that tells its callers apart. */
final class Identities {
    private static final String CLAIM = "jwt:";

    private Identities() {}

    /** Whether two callers may get different answers. */
    static boolean differ(Target.Postgres target) {
        Target.Identified identified = target.identified();
        return identified != null
                && (!identified.claims().isEmpty()
                        || identified.roles().stream().anyMatch(role -> role.startsWith(CLAIM)));
    }

    /** Null where the route wants a role that the caller's token does not give. */
    static Call.@Nullable Identity of(Target.Identified identified, CacheKeys.Given given) {
        String role = role(identified.roles(), given);
        if (role == null && !identified.roles().isEmpty()) {
            return null;
        }
        JsonObject claims = new JsonObject();
        for (String name : identified.claims()) {
            String value = given.claim(name);
            if (value != null) {
                claims.put(name, value);
            }
        }
        return new Call.Identity(role, claims.encode());
    }

    private static @Nullable String role(List<String> sources, CacheKeys.Given given) {
        for (String source : sources) {
            String role = source.startsWith(CLAIM) ? given.claim(source.substring(CLAIM.length())) : source;
            if (role != null && !role.isEmpty()) {
                return role;
            }
        }
        return null;
    }

    /** Makes one caller's answers another's neither by chance nor by design; null where the caller has none. */
    static @Nullable String append(StringBuilder key, Target.Identified identified, CacheKeys.Given given) {
        Call.Identity who = of(identified, given);
        if (who == null) {
            return null;
        }
        String role = who.role();
        key.append(" as ");
        if (role != null) {
            key.append(role.length()).append(':').append(role);
        }
        return key.append(' ').append(who.claims()).toString();
    }
}
