package io.sluice.origin.postgres;

import io.vertx.core.Future;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Whom connections log in as, where that changes while they live. */
public interface Logins {
    /**
     * A user and a password. Its text tells neither.
     *
     * @param user null: the datasource's own
     * @param until milliseconds of the epoch to which a connection may live that logs in with it
     */
    record Login(@Nullable String user, String password, long until) {
        boolean sameAs(Login other) {
            return password.equals(other.password) && java.util.Objects.equals(user, other.user);
        }

        @Override
        public String toString() {
            return "a login";
        }
    }

    /** For a connection that begins now, which tells what became of it; fails when there is none. */
    Future<Login> now();

    /** Postgres refused it: what to try next; fails when nothing is left to try. */
    Future<Login> refused(Login login);

    /** Postgres took it. */
    void accepted(Login login);

    /** Postgres was not reached with it, or did not say. */
    void untold(Login login);

    /** @param told each time that there is another one, or the same may live longer */
    void listen(Consumer<Login> told);
}
