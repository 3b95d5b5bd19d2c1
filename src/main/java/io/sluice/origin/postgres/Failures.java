package io.sluice.origin.postgres;

import io.sluice.origin.Answer;
import io.sluice.origin.Answer.Failed.Reason;
import io.vertx.pgclient.PgException;
import io.vertx.sqlclient.ClosedConnectionException;
import java.io.IOException;
import java.util.Map;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/** What Postgres' error codes mean to a caller (Postgres manual, appendix A). Messages stay here: they may tell data. */
final class Failures {
    private static final Logger LOG = Logger.getLogger(Failures.class);

    /** The pool's line is longer than may be. */
    static final class Overloaded extends RuntimeException {
        private static final long serialVersionUID = 1;

        Overloaded(String message) {
            super(message, null, false, false);
        }
    }

    /** There is no connection, and not for the number of those who want one. */
    static final class NotReached extends RuntimeException {
        private static final long serialVersionUID = 1;

        NotReached(String message) {
            super(message, null, false, false);
        }
    }

    /** The statement ran out of time. */
    static final class TooSlow extends RuntimeException {
        private static final long serialVersionUID = 1;

        TooSlow() {
            super("too slow", null, false, false);
        }
    }

    /** The connection ended between COMMIT and its answer. */
    static final class Unknown extends RuntimeException {
        private static final long serialVersionUID = 1;

        Unknown(Throwable cause) {
            super(cause.getMessage(), cause, false, false);
        }
    }

    /** The database has no role of this name, or not for the gateway. */
    static final class NoSuchRole extends RuntimeException {
        private static final long serialVersionUID = 1;

        NoSuchRole(String message) {
            super(message, null, false, false);
        }
    }

    static boolean isRolesFault(PgException refused) {
        return "22023".equals(refused.getSqlState()) || "42501".equals(refused.getSqlState());
    }

    private Failures() {}

    static Answer.Failed down(String detail) {
        return new Answer.Failed(Reason.DOWN, detail, 1);
    }

    static Answer answer(Values.@Nullable Bound values, Throwable problem) {
        if (problem instanceof TooSlow) {
            return new Answer.Failed(Reason.TIMEOUT, "the database did not answer in time", 1);
        }
        if (problem instanceof Overloaded overloaded) {
            return new Answer.Failed(Reason.OVERLOADED, String.valueOf(overloaded.getMessage()), 1);
        }
        if (problem instanceof NoSuchRole) {
            return new Answer.Refused(403, "the database knows no such role for this caller", Map.of());
        }
        if (problem instanceof Unknown) {
            return new Answer.Failed(
                    Reason.UNKNOWN, "the connection to the database ended: whether it was written is not known", 1);
        }
        if (problem instanceof PgException refused) {
            String code = String.valueOf(refused.getSqlState());
            // What is read breaks no rule, but a value may: that of a domain.
            boolean ofDomain = code.startsWith("23")
                    && values != null
                    && values.statement().spec.writing() == null;
            Answer.Refused rule = ofDomain ? null : Violations.refused(refused);
            // Where everyone is the gateway itself, its lack of rights is not the caller's.
            boolean own = values == null || values.statement().spec.access().isOwn();
            if (rule != null && !(own && code.equals("42501"))) {
                return rule;
            }
            // Class 54: too long for an index, or too deep.
            if ((ofDomain || code.startsWith("22") || code.startsWith("54")) && values != null && values.any()) {
                return values.refused(String.valueOf(refused.getErrorMessage()));
            }
            if (code.equals("57014")) {
                return new Answer.Failed(Reason.TIMEOUT, "the database stopped the statement", 1);
            }
            if (code.startsWith("53")) {
                return new Answer.Failed(Reason.OVERLOADED, "the database is out of resources", 1);
            }
            if (code.startsWith("08") || code.startsWith("57") || code.startsWith("28") || code.startsWith("3D")) {
                return down("the database cannot be reached");
            }
            if (code.equals("25006") && values != null && values.statement().firstToSay()) {
                LOG.errorf(
                        "route %s: its statement changes something (%s), which a route that reads may not",
                        values.statement().spec.route(), refused.getErrorMessage());
            }
            if (isStatementsFault(code)) {
                return down("the database refuses this route's statement");
            }
            return new Answer.Failed(Reason.BROKEN, "the database failed to run this route's statement", 0);
        }
        return down("the database cannot be reached");
    }

    static boolean connectionLost(Throwable problem) {
        return problem instanceof ClosedConnectionException
                || problem instanceof IOException
                || problem instanceof PgException refused
                        && (refused.getSqlState().equals("57P01")
                                || refused.getSqlState().equals("57P02"));
    }

    /**
     * Whether learning the statement anew may help: a changed result type (0A000), a statement the server no longer has
     * (26000), names and types that changed (42), a catalogue entry gone (XX000).
     */
    static boolean mayBeChangedSchema(Throwable problem) {
        if (!(problem instanceof PgException refused)) {
            return false;
        }
        String code = String.valueOf(refused.getSqlState());
        return code.startsWith("42") && !code.equals("42501")
                || code.equals("0A000")
                || code.equals("26000")
                || code.equals("XX000");
    }

    /** Whether others came between, so that the same once more may pass. */
    static boolean isConflict(Throwable problem) {
        return problem instanceof PgException refused
                && (String.valueOf(refused.getSqlState()).equals("40001")
                        || String.valueOf(refused.getSqlState()).equals("40P01"));
    }

    /** Whether the statement itself is what Postgres does not take, and not its own state or load. */
    static boolean isStatementsFault(String code) {
        return code.startsWith("42")
                || code.startsWith("0A")
                || code.startsWith("22")
                || code.startsWith("26")
                || code.equals("25006");
    }
}
