package io.sluice.credentials;

import io.quarkus.vault.client.VaultClient;
import io.vertx.core.Vertx;
import java.time.InstantSource;
import java.util.function.Supplier;

/** Makes the source that the configuration names. */
public final class Sources {
    private Sources() {}

    /** @param vault is asked for a client only where the credential is kept there */
    public static Source of(Vertx vertx, CredentialSettings settings, Supplier<VaultClient> vault) {
        CredentialSettings.Place place = settings.place();
        if (place instanceof CredentialSettings.Files files) {
            return new FileSource(vertx, files);
        }
        if (place instanceof CredentialSettings.Vault path) {
            return new VaultSource(vault, path);
        }
        if (place instanceof CredentialSettings.CyberArk account) {
            return new CyberArkSource(vertx, account, settings.timeout());
        }
        return new ConjurSource(vertx, (CredentialSettings.Conjur) place, settings.timeout(), InstantSource.system());
    }
}
