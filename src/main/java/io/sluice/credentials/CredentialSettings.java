package io.sluice.credentials;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Where the database's credential is kept, and how often to look.
 *
 * @param refresh between two readings where the credential has no lease
 * @param timeout for one reading
 */
public record CredentialSettings(Place place, Duration refresh, Duration timeout) {
    /** One of the providers. */
    public sealed interface Place {}

    /** @param user null: the datasource's own */
    public record Files(@Nullable Path user, Path password) implements Place {}

    /**
     * Anything that answers with a map: a secret of the key-value engine, or the database engine's credentials with their lease.
     *
     * @param path as the API has it, after {@code /v1/}
     * @param userKey where in the map; a map without it leaves the datasource's own
     */
    public record Vault(String path, String userKey, String passwordKey) implements Place {}

    /** The Central Credential Provider's account. */
    public record CyberArk(
            URI url,
            String appId,
            String safe,
            String object,
            @Nullable String folder,
            Tls tls) implements Place {}

    /**
     * Variables of Conjur.
     *
     * @param login the host that asks, such as {@code host/sluice}
     * @param user null: the datasource's own
     */
    public record Conjur(
            URI url,
            String account,
            String login,
            ApiKey key,
            @Nullable String user,
            String password,
            Tls tls) implements Place {}

    /** Given in the configuration, or in a file that is read each time it is needed. */
    public record ApiKey(@Nullable String value, @Nullable Path file) {
        @Override
        public String toString() {
            return "an API key";
        }
    }

    /** PEM files: the client's certificate with its key, and who is trusted; null: none, and those of the JVM. */
    public record Tls(
            @Nullable Path certificate,
            @Nullable Path key,
            @Nullable Path trust) {
        public static final Tls NONE = new Tls(null, null, null);
    }
}
