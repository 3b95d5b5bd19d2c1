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
            + " ON CONFLICT (id) DO UPDATE SET request = excluded.request, at = now(), status = NULL, type = NULL, answer = NULL, truncated = NULL"
            + " WHERE kept.at < now() - interval '1 day' RETURNING 1";
    private static final String KEPT =
            "SELECT request, status, type, answer, truncated FROM sluice.idempotency WHERE id = $1";
    private static final String KEEP =
            "UPDATE sluice.idempotency SET status = $2, type = $3, answer = $4, truncated = $5 WHERE id = $1";
    private static final String FORGET = "DELETE FROM sluice.idempotency WHERE id IN (SELECT id FROM sluice.idempotency"
            + " WHERE at < now() - interval '1 day' ORDER BY at LIMIT 100 FOR UPDATE SKIP LOCKED)";

    private final Buffer id;
    private final Buffer request;

    private Idempotency(Buffer id, Buffer request) {
        this.id = id;
        this.request = request;
    }

    /** Null where the request has no key. */
    static @Nullable Idempotency of(String route, Call call, Body body) throws Given.Wrong {
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

    /** Whether keys can be kept in this database: their table is there, or could be made. */
    static Future<Boolean> possible(SqlConnection connection) {
        return there(connection)
                .compose(there -> there
                        ? Future.succeededFuture(true)
                        : connection
                                .query("BEGIN READ WRITE;" + sql() + ";COMMIT")
                                .execute()
                                .transform(made -> made.succeeded()
                                        ? Future.succeededFuture(true)
                                        : connection.query("ROLLBACK").execute().compose(undone -> there(connection))));
    }

    /** Whether keys are kept already. */
    static Future<Boolean> there(SqlConnection connection) {
        return connection
                .query("SELECT EXISTS (SELECT FROM pg_catalog.pg_attribute"
                        + " WHERE attrelid = to_regclass('sluice.idempotency') AND attname = 'truncated')")
                .execute()
                .map(rows -> rows.iterator().next().getBoolean(0))
                .recover(problem -> problem instanceof PgException refused && "42501".equals(refused.getSqlState())
                        ? Future.succeededFuture(false)
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
            return connection.preparedQuery(KEPT).execute(Tuple.of(id)).map(this::before);
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
        return connection
                .preparedQuery(KEEP)
                .execute(Tuple.of(
                        id,
                        answer.status(),
                        answer.headers().get(HttpHeaders.CONTENT_TYPE),
                        answer.body(),
                        answer.headers().contains(Reading.TRUNCATED)));
    }
}
