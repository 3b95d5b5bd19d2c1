package io.sluice.boot;

import io.sluice.credentials.CredentialObserver;
import io.sluice.credentials.Trouble;
import io.sluice.telemetry.Meters;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/** How the database's credential is: for {@code ready}, for its metrics, and one log line per change. */
final class CredentialStates implements CredentialObserver {
    private static final Logger LOG = Logger.getLogger("io.sluice.credentials");
    private static final String OK = "ok";

    private final String provider;
    private final Meters meters;
    private volatile String state = "not read yet";
    private volatile String shown = state;

    CredentialStates(String provider, Meters meters) {
        this.provider = provider;
        this.meters = meters;
        meters.credentials(provider, OK, () -> is(OK));
        for (Trouble trouble : Trouble.values()) {
            meters.credentials(provider, trouble.word(), () -> is(trouble.word()));
        }
    }

    private int is(String word) {
        return state.equals(word) ? 1 : 0;
    }

    @Override
    public void read(@Nullable Trouble trouble) {
        meters.credentialsRead(provider, trouble == null ? OK : trouble.word());
    }

    @Override
    public void rotated() {
        meters.credentialsRotated(provider);
        LOG.infof(
                "The database's credential from %s is another one: new connections log in with it, and those of before end"
                        + " when what they do is done",
                provider);
    }

    @Override
    public void state(@Nullable Trouble trouble, String why) {
        state = trouble == null ? OK : trouble.word();
        shown = trouble == null ? OK : trouble.word() + ": " + why;
        if (trouble == null) {
            LOG.infof("The database's credential from %s is good", provider);
        } else {
            LOG.warnf("The database's credential from %s %s (%s): %s", provider, trouble.said(), why, trouble.advice());
        }
    }

    /** As {@code ready} shows it. */
    String shown() {
        return shown;
    }
}
