package io.sluice.credentials;

import org.jspecify.annotations.Nullable;

/**
 * A user and a password. Its text tells neither of them, so that no log and no message can.
 *
 * @param user null: the datasource's own
 */
public record Credential(@Nullable String user, String password) {
    @Override
    public String toString() {
        return "a credential";
    }
}
