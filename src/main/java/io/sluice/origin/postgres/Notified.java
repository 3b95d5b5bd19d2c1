package io.sluice.origin.postgres;

import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a notification says: {@code {"tags":["product:42"],"xid":"1234"}}, as {@code deploy/postgres/invalidation.sql} sends it. */
final class Notified {
    /** What the transaction under way on a session is told by; null where it has written nothing. */
    static final String SQL = "SELECT pg_backend_pid() || '.' || pg_current_xact_id_if_assigned()::text";

    /** What is longer than any number of Postgres' is no id of a transaction. */
    private static final int LONGEST_ID = 20;

    private Notified() {}

    /**
     * Null when it cannot be understood. What is no id is none: then nobody knows whose the tags are.
     *
     * @param process of the session that sent it, as Postgres itself tells it: whoever may notify can name any transaction, but none of
     *     another session's
     */
    static @Nullable Committed read(@Nullable String payload, int process) {
        try {
            if (payload == null) {
                return null;
            }
            JsonObject told = new JsonObject(payload);
            if (!(told.getValue("tags") instanceof JsonArray array)) {
                return null;
            }
            List<String> tags = new ArrayList<>(array.size());
            for (Object tag : array) {
                if (!(tag instanceof String text)) {
                    return null;
                }
                tags.add(text);
            }
            return new Committed(told.getValue("xid") instanceof String id && isId(id) ? id(process, id) : null, tags);
        } catch (DecodeException notJson) {
            return null;
        }
    }

    /** As {@link #SQL} tells it. */
    static String id(int process, String transaction) {
        return process + "." + transaction;
    }

    private static boolean isId(String text) {
        return !text.isEmpty() && text.length() <= LONGEST_ID && text.chars().allMatch(c -> c >= '0' && c <= '9');
    }
}
