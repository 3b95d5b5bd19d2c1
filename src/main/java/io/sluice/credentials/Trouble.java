package io.sluice.credentials;

import java.util.Locale;

/** Why there is no good credential, told apart by what its user has to do. */
public enum Trouble {
    UNREADABLE("cannot be read", "look whether it is there and whole, and whether the provider is up"),
    EXPIRED(
            "has expired",
            "Postgres takes it no more and the provider gives no other: look whether it was rotated in both places"),
    TIMEOUT("is not given in time", "look at the provider and the way to it, or allow more with 'timeout'"),
    DENIED("is denied", "give the gateway's identity the permission to read it");

    private final String said;
    private final String advice;

    Trouble(String said, String advice) {
        this.said = said;
        this.advice = advice;
    }

    /** What follows "the credential" in a sentence. */
    public String said() {
        return said;
    }

    /** What to do about it. */
    public String advice() {
        return advice;
    }

    /** As metrics and {@code ready} name it. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}
