package io.sluice.config;

import io.sluice.credentials.CredentialSettings;
import org.jspecify.annotations.Nullable;

/**
 * What holds for the database of all Postgres routes; read at start only.
 *
 * @param credentials where user and password are kept; null: they are the datasource's, and stay
 */
public record DatabaseConfig(@Nullable CredentialSettings credentials) {
    static final DatabaseConfig NONE = new DatabaseConfig(null);
}
