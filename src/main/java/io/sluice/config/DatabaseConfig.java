package io.sluice.config;

import io.sluice.credentials.CredentialSettings;
import io.sluice.origin.postgres.DatabaseSettings;
import org.jspecify.annotations.Nullable;

/**
 * What holds for the database of all Postgres routes; read at start only.
 *
 * @param credentials where user and password are kept; null: they are the datasource's, and stay
 * @param settings how it is reached
 * @param cursorKey what pages' cursors are signed with, the same in all instances; null: this process' own
 */
public record DatabaseConfig(
        @Nullable CredentialSettings credentials,
        DatabaseSettings settings,
        @Nullable String cursorKey) {
    static final DatabaseConfig NONE = new DatabaseConfig(null, DatabaseSettings.STANDARD, null);
}
