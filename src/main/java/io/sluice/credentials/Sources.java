package io.sluice.credentials;

import io.vertx.core.Vertx;
import java.time.InstantSource;

/** Makes the source that the configuration names. */
public final class Sources {
    private Sources() {}

    /** Throws {@link IllegalArgumentException} with what is missing. */
    public static Source of(Vertx vertx, CredentialSettings settings, VaultAccess vault) {
        CredentialSettings.Place place = settings.place();
        if (place instanceof CredentialSettings.Files files) {
            return new FileSource(vertx, files);
        }
        if (place instanceof CredentialSettings.Vault path) {
            return new VaultSource(vault.client(vertx), path);
        }
        if (place instanceof CredentialSettings.CyberArk account) {
            return new CyberArkSource(vertx, account, settings.timeout());
        }
        return new ConjurSource(vertx, (CredentialSettings.Conjur) place, settings.timeout(), InstantSource.system());
    }
}
