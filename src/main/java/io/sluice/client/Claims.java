package io.sluice.client;

import org.jspecify.annotations.Nullable;

/** What a token says, once it was verified. */
@FunctionalInterface
public interface Claims {
    Claims NONE = (token, name) -> null;

    /** The claim as text; null where the token is not to be believed or does not have it. Never blocks. */
    @Nullable
    String claim(String token, String name);
}
