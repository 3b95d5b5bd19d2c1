package io.sluice.cache.http;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;

/** Which fields of a response are not stored with it (RFC 9111 §3.1). All others are, known or not. */
final class StoredFields {
    /**
     * Those of one connection (RFC 9110 §7.6.1), those of one proxy, what frames the body as it came, and what says
     * which trailers follow, since no trailers are stored.
     */
    private static final List<String> NEVER = List.of(
            "connection",
            "keep-alive",
            "proxy-connection",
            "proxy-authenticate",
            "proxy-authentication-info",
            "proxy-authorization",
            "te",
            "trailer",
            "transfer-encoding",
            "upgrade",
            "content-length",
            // of this moment: made anew whenever the response is used
            "age");

    /** Without these the rest would be read as something else, so that a response is stored with them or not at all. */
    private static final Set<String> INDISPENSABLE =
            Set.of("cache-control", "content-encoding", "content-type", "location", "vary");

    private StoredFields() {}

    static Set<String> never(Function<String, List<String>> headers) {
        Set<String> never = new HashSet<>(NEVER);
        never.addAll(FieldNames.of(headers.apply("connection")));
        return never;
    }

    /** Whether a response may be stored without these fields. */
    static boolean canSpare(List<String> names) {
        return names.stream().noneMatch(INDISPENSABLE::contains);
    }
}
