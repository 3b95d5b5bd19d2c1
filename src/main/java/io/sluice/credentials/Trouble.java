package io.sluice.credentials;

import java.util.Locale;

/** Why there is no good credential, told apart by what its user has to do. */
public enum Trouble {
    UNREADABLE("cannot be read", Words.KEPT + "look whether it is there and whole, and whether the provider is up"),
    EXPIRED(
            "has expired",
            "no new connection is made: look whether it was rotated in both places, and until when its role is valid"),
    TIMEOUT(
            "is not given in time",
            Words.KEPT + "look at the provider and the way to it, or allow more with 'timeout'"),
    DENIED("is denied", Words.KEPT + "give the gateway's identity the permission to read it");

    private final String said;
    private final String advice;

    Trouble(String said, String advice) {
        this.said = said;
        this.advice = advice;
    }

    private static final class Words {
        private static final String KEPT = "the last good one stays in use as long as it may live; ";
    }

    /** What follows "the credential" in a sentence. */
    public String said() {
        return said;
    }

    /** What happens meanwhile, and what to do about it. */
    public String advice() {
        return advice;
    }

    /** As metrics and {@code ready} name it. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}
