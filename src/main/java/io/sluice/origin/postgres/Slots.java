package io.sluice.origin.postgres;

import java.util.ArrayList;
import java.util.List;

/**
 * Which value stands where: those that the declared SQL names, then filters, then the columns that a page's order is by, then a page's
 * limit and offset.
 *
 * @param names of the declared SQL
 * @param keys of the order; none where pages are not found by them
 */
record Slots(List<String> names, List<Filter> filters, List<Returns.SortKey> keys, boolean paged) {
    static final ParameterType BIGINT = new ParameterType("bigint", "pg_catalog.int8", "int8");

    static Slots of(SqlTemplate template, PostgresSpec spec) {
        boolean paged = spec.returns() instanceof Returns.Page;
        List<Returns.SortKey> keys = spec.returns() instanceof Returns.Page page && page.style() != Returns.Style.OFFSET
                ? page.order()
                : List.of();
        return new Slots(template.names(), spec.filters(), keys, paged);
    }

    int filter(int index) {
        return names.size() + index;
    }

    int key(int index) {
        return names.size() + filters.size() + index;
    }

    int limit() {
        return names.size() + filters.size() + keys.size();
    }

    int offset() {
        return limit() + 1;
    }

    /** How many of them Postgres is to tell the types of. */
    int learnt() {
        return limit();
    }

    int size() {
        return limit() + (paged ? 2 : 0);
    }

    /** As a caller knows it. */
    String name(int slot) {
        if (slot < names.size()) {
            return names.get(slot);
        }
        if (slot < key(0)) {
            return filters.get(slot - names.size()).names().get(0);
        }
        return slot < limit() ? keys.get(slot - key(0)).column() : slot == limit() ? Paging.LIMIT : Paging.OFFSET;
    }

    List<String> shown() {
        List<String> shown = new ArrayList<>();
        for (int i = 0; i < size(); i++) {
            shown.add(name(i));
        }
        return shown;
    }
}
