package io.sluice.credentials;

/** What one reading came to. */
public sealed interface Fetched {
    /** @param lifeMillis how long it may be used from now on; 0: nobody knows */
    record Got(Credential credential, long lifeMillis) implements Fetched {}

    /** @param why in words for its user, without a secret */
    record Failed(Trouble trouble, String why) implements Fetched {}
}
