package io.sluice.origin.postgres;

import io.sluice.origin.Answer;
import io.sluice.origin.Call;
import io.vertx.core.Future;
import io.vertx.core.MultiMap;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.pgclient.PgException;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * One request's {@code Idempotency-Key} (draft-ietf-httpapi-idempotency-key-header). The key is claimed, and the answer kept, in the
 * transaction that writes: both are there or neither. Who comes with the same key meanwhile waits for its end.
 */
final class Idempotency {
    static final String FIELD = "Idempotency-Key";
    private static final String REPLAYED = "Idempotent-Replayed";
    private static final int LONGEST = 255;
    /** Old keys are forgotten with each of so many claims. */
    private static final int SWEEP = 16;

    private static final AtomicInteger CLAIMS = new AtomicInteger();
    private static final String CLAIM = "INSERT INTO sluice.idempotency AS kept (id, request) VALUES ($1, $2)"
            + " ON CONFLICT (id) DO UPDATE SET request = excluded.request, at = now(), status = NULL, type = NULL, answer = NULL"
            + " WHERE kept.at < now() - interval '1 day' RETURNING 1";
    private static final String FORGET = "DELETE FROM sluice.idempotency WHERE id IN (SELECT id FROM sluice.idempotency"
            + " WHERE at < now() - interval '1 day' ORDER BY at LIMIT 100 FOR UPDATE SKIP LOCKED)";

    /** Whoever uses the table for long, as a backup does, would keep its altering waiting, and that all others who come after it. */
    private static final String PATIENCE = "SET LOCAL lock_timeout = '200ms';";

    private static final String THERE = "SELECT CASE WHEN to_regclass('sluice.idempotency') IS NULL THEN 'NONE'"
            + " WHEN EXISTS (SELECT FROM pg_catalog.pg_attribute"
            + " WHERE attrelid = to_regclass('sluice.idempotency') AND attname = 'truncated') THEN 'WHOLE' ELSE 'BEFORE' END";

    /** Where keys are kept in this database. */
    enum Table {
        NONE("", ""),
        /** As a version before made it, and not altered: not Sluice's own, or in use just then. No retry is told that a list was cut off. */
        BEFORE("NULL::bool", "type = $3, answer = $4"),
        WHOLE("truncated", "type = $3, answer = $4, truncated = $5");

        private final String kept;
        private final String keep;

        Table(String truncated, String sets) {
            kept = "SELECT request, status, type, answer, " + truncated + " FROM sluice.idempotency WHERE id = $1";
            keep = "UPDATE sluice.idempotency SET status = $2, " + sets + " WHERE id = $1";
        }
    }

    private final Table table;
    private final Buffer id;
    private final Buffer request;

    private Idempotency(Table table, Buffer id, Buffer request) {
        this.table = table;
        this.id = id;
        this.request = request;
    }

    /** Null where the request has no key. */
    static @Nullable Idempotency of(Table table, String route, Call call, Body body) throws Given.Wrong {
        String key = call.headers().get(FIELD);
        if (key == null) {
            return null;
        }
        if (key.isBlank()
                || key.length() > LONGEST
                || call.headers().getAll(FIELD).size() > 1) {
            throw new Given.Wrong(FIELD, "expected one text of 1 to " + LONGEST + " characters");
        }
        Call.Identity who = call.identity();
        return new Idempotency(
                table,
                hash(route, call.caller(), who == null ? "" : who.toString(), key),
                hash(call.method().name(), call.uri(), body.bytes().toString(StandardCharsets.ISO_8859_1)));
    }

    /** What its answer is kept under. A version that makes another one of the same request writes twice where a retry crosses an upgrade. */
    Buffer id() {
        return id;
    }

    private static Buffer hash(String... parts) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            for (String part : parts) {
                byte[] bytes = part.getBytes(StandardCharsets.UTF_8);
                digest.update(Buffer.buffer().appendInt(bytes.length).getBytes());
                digest.update(bytes);
            }
            return Buffer.buffer(digest.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    /** Makes it whole, where that may be and it is not yet. */
    static Future<Table> made(SqlConnection connection) {
        return there(connection)
                .compose(there -> there == Table.WHOLE
                        ? Future.succeededFuture(there)
                        : connection
                                .query("BEGIN READ WRITE;" + (there == Table.BEFORE ? PATIENCE : "") + sql()
                                        + ";COMMIT")
                                .execute()
                                .transform(made -> made.succeeded()
                                        ? Future.succeededFuture(Table.WHOLE)
                                        : connection.query("ROLLBACK").execute().compose(undone -> there(connection))));
    }

    /** As it is. */
    static Future<Table> there(SqlConnection connection) {
        return connection
                .query(THERE)
                .execute()
                .map(rows -> Table.valueOf(rows.iterator().next().getString(0)))
                .recover(problem -> problem instanceof PgException refused && "42501".equals(refused.getSqlState())
                        ? Future.succeededFuture(Table.NONE)
                        : Future.failedFuture(problem));
    }

    private static String sql() {
        try (InputStream file = Idempotency.class.getResourceAsStream("idempotency.sql")) {
            if (file == null) {
                throw new IllegalStateException("idempotency.sql is not in this build");
            }
            return new String(file.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** @return the answer that was given before; null: this is the first */
    Future<@Nullable Answer> claim(SqlConnection connection) {
        return connection.preparedQuery(CLAIM).execute(Tuple.of(id, request)).compose(claimed -> {
            if (claimed.size() == 1) {
                return CLAIMS.incrementAndGet() % SWEEP == 0
                        ? connection.query(FORGET).execute().map(swept -> null)
                        : Future.succeededFuture();
            }
            return connection.preparedQuery(table.kept).execute(Tuple.of(id)).map(this::before);
        });
    }

    private Answer before(RowSet<Row> kept) {
        Row row = kept.iterator().next();
        if (!row.getBuffer(0).equals(request)) {
            return new Answer.Refused(422, "this Idempotency-Key came with another request before", Map.of());
        }
        MultiMap headers = HttpHeaders.headers().set(REPLAYED, "true");
        String type = row.getString(2);
        if (type != null) {
            headers.set(HttpHeaders.CONTENT_TYPE, type);
        }
        if (Boolean.TRUE.equals(row.getBoolean(4))) {
            headers.set(Reading.TRUNCATED, "?1");
        }
        return new Answer.Whole(row.getShort(1), headers, row.getBuffer(3));
    }

    Future<?> keep(SqlConnection connection, Answer.Whole answer) {
        Tuple kept = Tuple.of(id, answer.status(), answer.headers().get(HttpHeaders.CONTENT_TYPE), answer.body());
        if (table == Table.WHOLE) {
            kept.addBoolean(answer.headers().contains(Reading.TRUNCATED));
        }
        return connection.preparedQuery(table.keep).execute(kept);
    }
}
