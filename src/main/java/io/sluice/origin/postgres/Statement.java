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
    private final Map<Variation, Text> texts = new ConcurrentHashMap<>();

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
        this.plain = make(Variation.PLAIN);
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
        if (variation.equals(Variation.PLAIN)) {
            return plain;
        }
        Text known = texts.get(variation);
        if (known == null) {
            known = make(variation);
            if (texts.size() < MOST_TEXTS) {
                texts.put(variation, known);
            }
        }
        return known;
    }

    /** What has the planner tell how many rows there are; null where nobody wants to know. */
    @Nullable
    Text estimate(Variation variation) {
        if (!(spec.returns() instanceof Returns.Page page) || page.total() != Returns.Total.ESTIMATED) {
            return null;
        }
        SqlWriter sql = SqlWriter.typed(types).sql("EXPLAIN (FORMAT JSON) SELECT * FROM ");
        shape.base(sql, variation, nothing -> {});
        return sql.sql(mark).text();
    }

    /** The rows of a list one by one. */
    Text each(Variation variation) {
        SqlWriter sql = SqlWriter.typed(types).sql("SELECT convert_to(sluice_json::text, 'UTF8') FROM (");
        shape.each(sql, (Returns.Rows) spec.returns(), variation);
        return sql.sql(") sluice_each").sql(mark).text();
    }

    private Text make(Variation variation) {
        SqlWriter sql = SqlWriter.typed(types);
        shape.write(sql, variation);
        return sql.sql(mark).text();
    }
}
