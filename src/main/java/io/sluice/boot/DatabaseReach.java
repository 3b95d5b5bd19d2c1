package io.sluice.boot;

import io.sluice.config.Config;
import io.sluice.credentials.CredentialSettings;
import io.sluice.credentials.VaultAccess;
import io.sluice.origin.postgres.Cursors;
import io.sluice.origin.postgres.Database;
import io.sluice.origin.postgres.PinnedSessions;
import io.sluice.telemetry.Meters;
import io.vertx.core.Vertx;
import java.util.Map;
import org.eclipse.microprofile.config.ConfigProvider;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/** The way to the database, as it is configured when the program starts: its sessions, who logs in, its replicas, and the key of cursors. */
final class DatabaseReach implements AutoCloseable {
    private static final Logger LOG = Logger.getLogger("io.sluice");

    final Cursors cursors = Cursors.ofThisProcess();
    private final Vertx vertx;
    private final String file;
    private final PinnedSessions sessions;
    private final @Nullable Database database;
    private final Meters meters;
    private volatile @Nullable Rotation rotation;

    /** @param database null: there is no datasource */
    DatabaseReach(Vertx vertx, String file, PinnedSessions sessions, @Nullable Database database, Meters meters) {
        this.vertx = vertx;
        this.file = file;
        this.sessions = sessions;
        this.database = database;
        this.meters = meters;
    }

    /**
     * Once, before the pool is made.
     *
     * @param fleet whether other instances may be asked for the next page
     */
    void use(Config config, boolean fleet) {
        sessions.use(config.database().settings());
        String cursorKey = config.database().cursorKey();
        if (cursorKey != null) {
            cursors.use(cursorKey);
        } else if (fleet && config.hasCursors()) {
            LOG.warnf(
                    "%s has pages by cursor and no 'postgres.cursor-key': other instances, and this one after a restart, refuse"
                            + " the cursors of this one",
                    file);
        }
        rotate(config);
        if (database != null) {
            database.start();
        }
    }

    /** Nothing of Vault is made where it is not configured. */
    private void rotate(Config config) {
        CredentialSettings settings = config.database().credentials();
        if (settings == null || rotation != null) {
            return;
        }
        if (database == null) {
            throw new StartFailure("sluice: 'postgres.credentials' in " + file + " needs a datasource: set"
                    + " quarkus.datasource.reactive.url (QUARKUS_DATASOURCE_REACTIVE_URL)");
        }
        try {
            Rotation made = new Rotation(vertx, settings, new VaultAccess(ConfigProvider.getConfig()), meters);
            rotation = made;
            sessions.loginsFrom(made);
        } catch (IllegalArgumentException missing) {
            throw new StartFailure("sluice: 'postgres.credentials' in " + file + " " + missing.getMessage());
        }
    }

    /** How each replica is, by its address. */
    Map<String, String> replicas() {
        return database == null ? Map.of() : database.shown();
    }

    /** Null: user and password are the datasource's, and stay. */
    @Nullable
    CredentialStates credentials() {
        Rotation logins = rotation;
        return logins == null ? null : logins.states;
    }

    @Override
    public void close() {
        if (database != null) {
            database.close();
        }
        Rotation logins = rotation;
        if (logins != null) {
            logins.close();
        }
    }
}
