package io.sluice.client;

/** Where a client's name comes from. */
public sealed interface ClientSource {
    /** What stands before a name from this source, ending in {@code =}, so that no two sources name the same client. */
    String prefix();

    record Header(String name, String prefix) implements ClientSource {
        public Header(String name) {
            this(name, "header:" + name + "=");
        }
    }

    record Query(String name, String prefix) implements ClientSource {
        /** @param name without {@code =}, which would make names ambiguous */
        public Query(String name) {
            this(name, "query:" + name + "=");
        }
    }

    record Cookie(String name, String prefix) implements ClientSource {
        public Cookie(String name) {
            this(name, "cookie:" + name + "=");
        }
    }

    /** A claim of a token that was verified. */
    record Jwt(String claim, String prefix) implements ClientSource {
        public Jwt(String claim) {
            this(claim, "jwt:" + claim + "=");
        }
    }

    /** The caller's address as far as trusted proxies vouch for it. */
    record Address() implements ClientSource {
        @Override
        public String prefix() {
            return "address=";
        }
    }
}
