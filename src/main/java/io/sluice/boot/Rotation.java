package io.sluice.boot;

import io.sluice.credentials.Credential;
import io.sluice.credentials.CredentialSettings;
import io.sluice.credentials.Credentials;
import io.sluice.credentials.Held;
import io.sluice.credentials.Source;
import io.sluice.credentials.Sources;
import io.sluice.credentials.VaultAccess;
import io.sluice.origin.postgres.Logins;
import io.sluice.telemetry.Meters;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.InstantSource;
import java.util.function.Consumer;

/** The database's connections log in with what is kept elsewhere. */
final class Rotation implements Logins, AutoCloseable {
    /** Milliseconds before a lease's end at which its last connection ends; a tenth of what is left where that is less. */
    private static final long MARGIN = 10_000;

    final CredentialStates states;
    private final Credentials credentials;
    private final InstantSource clock = InstantSource.system();

    Rotation(Vertx vertx, CredentialSettings settings, VaultAccess vault, Meters meters) {
        Source source = Sources.of(vertx, settings, vault);
        states = new CredentialStates(source.name(), meters);
        credentials = new Credentials(source, settings.refresh(), settings.timeout(), states, clock, (millis, task) -> {
                    long timer = vertx.setTimer(Math.max(1, millis), due -> task.run());
                    return () -> vertx.cancelTimer(timer);
                })
                .start();
    }

    @Override
    public Future<Login> now() {
        return credentials.now().map(this::login);
    }

    @Override
    public Future<Login> refused(Login login) {
        return credentials.refused(held(login)).map(this::login);
    }

    @Override
    public void accepted(Login login) {
        credentials.accepted(held(login));
    }

    @Override
    public void untold(Login login) {
        credentials.untold(held(login));
    }

    @Override
    public void listen(Consumer<Login> told) {
        credentials.listen(held -> told.accept(login(held)));
    }

    private Login login(Held held) {
        long end = held.until();
        long until = end == Long.MAX_VALUE ? end : end - Math.min(MARGIN, Math.max(0, end - clock.millis()) / 10);
        return new Login(held.credential().user(), held.credential().password(), until);
    }

    private static Held held(Login login) {
        return new Held(new Credential(login.user(), login.password()), login.until());
    }

    @Override
    public void close() {
        credentials.close();
    }
}
