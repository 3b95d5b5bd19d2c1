package io.sluice.origin.postgres;

import io.sluice.origin.Answer;
import io.sluice.origin.Call;
import io.sluice.origin.postgres.SqlWriter.Text;
import io.vertx.core.Future;
import io.vertx.core.MultiMap;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.json.JsonArray;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowIterator;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.SqlConnection;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/** Runs a statement that reads, and makes the answer from what it finds. */
final class Reading {
    /** The field, a structured Boolean, of a list that is not whole: there are more rows than it may have. */
    static final String TRUNCATED = "Sluice-Truncated";

    private static final Logger LOG = Logger.getLogger(Reading.class);
    private static final Buffer EMPTY = Buffer.buffer();

    /** A list is not to be held: it is to be read again, as a stream. */
    static final class TooLong extends RuntimeException {
        private static final long serialVersionUID = 1;

        TooLong() {
            super("too long", null, false, false);
        }
    }

    private final Values.Bound values;
    private final Call call;
    private final @Nullable Cursors cursors;

    Reading(Values.Bound values, Call call, @Nullable Cursors cursors) {
        this.values = values;
        this.call = call;
        this.cursors = cursors;
    }

    Future<Answer> on(SqlConnection connection) {
        Statement statement = values.statement();
        Text text = statement.text(values.variation());
        Future<RowSet<Row>> rows = connection.preparedQuery(text.sql()).execute(values.tuple(text));
        Text estimate = statement.estimate(values.variation());
        if (estimate == null) {
            return rows.map(found -> answer(found, null));
        }
        // Both end before the connection is anybody else's.
        return Future.join(rows, connection.preparedQuery(estimate.sql()).execute(values.tuple(estimate)))
                .map(both -> answer(both.resultAt(0), estimated(both.resultAt(1))));
    }

    /** The planner's word on the rows of a statement. */
    private static Long estimated(RowSet<Row> plan) {
        JsonArray said = plan.iterator().next().getJsonArray(0);
        return said.getJsonObject(0).getJsonObject("Plan").getLong("Plan Rows");
    }

    private Answer answer(RowSet<Row> rows, @Nullable Long estimate) {
        RowIterator<Row> iterator = rows.iterator();
        if (!iterator.hasNext()) {
            return new Answer.Whole(404, HttpHeaders.headers(), EMPTY);
        }
        MultiMap headers = HttpHeaders.headers().set(HttpHeaders.CONTENT_TYPE, "application/json");
        Row row = iterator.next();
        if (values.statement().spec.returns() instanceof Returns.Page page) {
            Paging.Shown shown = Paging.show(values, call, found(page, row, estimate), cursors);
            headers.set("Link", shown.links());
            return new Answer.Whole(200, headers, shown.body());
        }
        if (row.size() > 2 && row.getBoolean(2)) {
            throw new TooLong();
        }
        if (row.size() > 1 && row.getBoolean(1)) {
            headers.set(TRUNCATED, "?1");
        }
        return new Answer.Whole(200, headers, row.getBuffer(0));
    }

    private Paging.Found found(Returns.Page page, Row row, @Nullable Long estimate) {
        boolean keyed = page.style() != Returns.Style.OFFSET;
        String last = keyed ? row.getString(3) : null;
        if (last != null && last.equals(row.getString(4))) {
            LOG.warnf(
                    "route %s: two rows are alike in all columns of the page's order, so that pages may leave rows out:"
                            + " end the order with a column that tells them apart",
                    values.statement().spec.route());
        }
        Long total = page.total() == Returns.Total.EXACT ? row.getLong(keyed ? 5 : 2) : estimate;
        return new Paging.Found(row.getBuffer(0), row.getBoolean(1), keyed ? row.getString(2) : null, last, total);
    }
}
