package io.sluice.origin.postgres;

import io.sluice.origin.postgres.SqlWriter.Text;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/** A declared statement with what Postgres told of it. */
final class Statement {
    /** Texts that are kept of one statement; those of rarer calls are made anew. Each is a prepared statement on a connection. */
    private static final int MOST_TEXTS = 64;

    final PostgresSpec spec;
    final Slots slots;
    final Shape shape;
    /** The names that a query may have. */
    final List<String> known;
    /** By slot. */
    final List<ParameterType> types;

    private final Describer.Described told;
    private final String mark;
    private final AtomicBoolean said = new AtomicBoolean();
    private final Text plain;
    private final Map<Asked, Text> texts = new ConcurrentHashMap<>();

    /** What is asked of the rows: an answer, how many the planner expects, or each of them. */
    private enum Kind {
        ANSWER,
        ESTIMATE,
        EACH
    }

    private record Asked(Kind kind, Variation variation) {}

    /** @param generation another one is another prepared statement on every connection */
    Statement(PostgresSpec spec, SqlTemplate template, Describer.Described learnt, int generation) {
        this.spec = spec;
        this.slots = Slots.of(template, spec);
        this.known = Paging.names(template, spec);
        this.shape = new Shape(spec, template, slots);
        List<ParameterType> all = new ArrayList<>(learnt.types());
        while (all.size() < slots.size()) {
            all.add(Slots.BIGINT);
        }
        this.types = List.copyOf(all);
        this.told = learnt;
        this.mark = generation == 0 ? "" : " -- " + generation;
        this.plain = make(Kind.ANSWER, Variation.PLAIN);
    }

    /** True once. */
    boolean firstToSay() {
        return said.compareAndSet(false, true);
    }

    /** What Postgres told of it. */
    Describer.Described told() {
        return told;
    }

    Text text(Variation variation) {
        return variation.equals(Variation.PLAIN) ? plain : text(Kind.ANSWER, variation);
    }

    /** What has the planner tell how many rows there are; null where nobody wants to know. */
    @Nullable
    Text estimate(Variation variation) {
        return spec.returns() instanceof Returns.Page page && page.total() == Returns.Total.ESTIMATED
                // All pages are of the same rows.
                ? text(Kind.ESTIMATE, new Variation(variation.filters(), Variation.Way.FIRST, 0))
                : null;
    }

    /** The rows of a list one by one. */
    Text each(Variation variation) {
        return text(Kind.EACH, variation);
    }

    private Text text(Kind kind, Variation variation) {
        Asked asked = new Asked(kind, variation);
        Text known = texts.get(asked);
        if (known == null) {
            known = make(kind, variation);
            if (texts.size() < MOST_TEXTS) {
                texts.put(asked, known);
            }
        }
        return known;
    }

    private Text make(Kind kind, Variation variation) {
        SqlWriter sql = SqlWriter.typed(types);
        switch (kind) {
            case ANSWER -> shape.write(sql, variation);
            case ESTIMATE -> shape.base(sql.sql("EXPLAIN (FORMAT JSON) SELECT * FROM "), variation, nothing -> {});
            case EACH -> {
                shape.each(
                        sql.sql("SELECT convert_to(sluice_json::text, 'UTF8') FROM ("),
                        (Returns.Rows) spec.returns(),
                        variation);
                sql.sql(") sluice_each");
            }
        }
        return sql.sql(mark).text();
    }
}
