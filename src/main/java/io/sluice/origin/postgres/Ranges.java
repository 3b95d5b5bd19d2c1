package io.sluice.origin.postgres;

import io.sluice.origin.postgres.Returns.SortKey;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * The rows behind one row of an order, or before it, as conditions of which each holds for one stretch of an index on that order: equal in
 * some first columns, and then behind it in the next. Where the last columns run the same way and have values they are compared as one row,
 * {@code (a, b) > ($1, $2)}. No two of them hold for one row.
 */
final class Ranges {
    private final List<SortKey> keys;
    private final Variation variation;
    private final Slots slots;
    private final List<Consumer<SqlWriter>> ranges = new ArrayList<>();

    private Ranges(List<SortKey> keys, Variation variation, Slots slots) {
        this.keys = keys;
        this.variation = variation;
        this.slots = slots;
    }

    /** @return none where no row can lie there */
    static List<Consumer<SqlWriter>> of(Variation variation, Slots slots) {
        Ranges ranges = new Ranges(slots.keys(), variation, slots);
        ranges.all();
        return ranges.ranges;
    }

    private void all() {
        int last = keys.size() - 1;
        int first = last;
        if (!variation.isNull(last)) {
            while (first > 0 && !variation.isNull(first - 1) && up(first - 1) == up(last)) {
                first--;
            }
            rows(first);
            for (int i = first; i <= last; i++) {
                nulls(i);
            }
        } else {
            values(last);
        }
        for (int i = first - 1; i >= 0; i--) {
            if (variation.isNull(i)) {
                values(i);
            } else {
                rows(i, i);
                nulls(i);
            }
        }
    }

    /** Whether the values of a column rise on the way that is gone. */
    private boolean up(int key) {
        return keys.get(key).descending() == (variation.way() == Variation.Way.BEFORE);
    }

    private boolean nullsLast(int key) {
        return keys.get(key).nullsFirst() == (variation.way() == Variation.Way.BEFORE);
    }

    private void rows(int first) {
        rows(first, keys.size() - 1);
    }

    private void rows(int first, int last) {
        ranges.add(sql -> {
            same(sql, first);
            if (first == last) {
                column(sql, first).sql(up(first) ? " > " : " < ").bind(slots.key(first));
                return;
            }
            for (int i = first; i <= last; i++) {
                column(sql.sql(i == first ? "(" : ", "), i);
            }
            sql.sql(up(first) ? ") > (" : ") < (");
            for (int i = first; i <= last; i++) {
                sql.sql(i == first ? "" : ", ").bind(slots.key(i));
            }
            sql.sql(")");
        });
    }

    /** Behind a value come those rows that have none, where those are last. */
    private void nulls(int key) {
        if (nullsLast(key)) {
            ranges.add(sql -> {
                same(sql, key);
                column(sql, key).sql(" IS NULL");
            });
        }
    }

    /** Behind no value come those rows that have one, where those are last. */
    private void values(int key) {
        if (!nullsLast(key)) {
            ranges.add(sql -> {
                same(sql, key);
                column(sql, key).sql(" IS NOT NULL");
            });
        }
    }

    private void same(SqlWriter sql, int before) {
        for (int i = 0; i < before; i++) {
            column(sql, i);
            if (variation.isNull(i)) {
                sql.sql(" IS NULL AND ");
            } else {
                sql.sql(" = ").bind(slots.key(i)).sql(" AND ");
            }
        }
    }

    private SqlWriter column(SqlWriter sql, int key) {
        return sql.sql(Shape.BASE + ".").name(keys.get(key).column());
    }
}
