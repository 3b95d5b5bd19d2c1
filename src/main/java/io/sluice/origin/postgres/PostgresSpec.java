package io.sluice.origin.postgres;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A declared SQL route.
 *
 * @param route the route's name, for messages
 * @param statements each with {@code :name} parameters; the last one answers. A read has one
 * @param filters what callers may ask for, of lists
 * @param writing null: it only reads
 * @param timeout for waiting for a connection and running the statements together
 */
public record PostgresSpec(
        String route,
        List<String> statements,
        Returns returns,
        List<Filter> filters,
        Access access,
        Guards guards,
        @Nullable Writing writing,
        Duration timeout) {
    public PostgresSpec {
        statements = List.copyOf(statements);
        filters = List.copyOf(filters);
    }

    /** One SELECT with nothing besides. */
    public static PostgresSpec read(String route, String sql, Returns returns, Duration timeout) {
        return new PostgresSpec(route, List.of(sql), returns, List.of(), Access.OWN, Guards.LENIENT, null, timeout);
    }

    /** The statement that answers. */
    public String sql() {
        return statements.get(statements.size() - 1);
    }

    /** The names bound in the statements, each once. */
    public List<String> parameters() {
        return statements.stream()
                .flatMap(sql -> SqlText.cut(sql).names().stream())
                .distinct()
                .toList();
    }

    /** What a query may say besides: filters and the way to a page. */
    public List<String> options() {
        List<String> names = new ArrayList<>();
        filters.forEach(filter -> names.addAll(filter.names()));
        if (returns instanceof Returns.Page page) {
            names.addAll(Paging.positions(page));
        }
        return names;
    }

    /** The same with lists that are held up to so many bytes. */
    public PostgresSpec holding(int bytes) {
        return returns instanceof Returns.Rows rows
                ? new PostgresSpec(
                        route,
                        statements,
                        new Returns.Rows(rows.most(), bytes),
                        filters,
                        access,
                        guards,
                        writing,
                        timeout)
                : this;
    }

    /** The same with another read that conditions are about. */
    public PostgresSpec matching(@Nullable PostgresSpec read) {
        Writing now = writing;
        return now == null
                ? this
                : new PostgresSpec(route, statements, returns, filters, access, guards, now.matching(read), timeout);
    }
}
