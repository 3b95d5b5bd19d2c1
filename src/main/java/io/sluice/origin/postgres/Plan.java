package io.sluice.origin.postgres;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/** A node of a plan as {@code EXPLAIN (VERBOSE, FORMAT JSON)} tells it (Postgres manual, §14.1), with those beneath. */
record Plan(JsonObject node) {
    String kind() {
        return node.getString("Node Type", "");
    }

    /** Rows that it gives, in all of its workers together. */
    double rows() {
        return node.getDouble("Plan Rows", 0.0);
    }

    double cost() {
        return node.getDouble("Total Cost", 0.0);
    }

    String text(String name) {
        return node.getString(name, "");
    }

    List<String> texts(String name) {
        return node.getJsonArray(name, new JsonArray()).stream()
                .map(String::valueOf)
                .toList();
    }

    /** The table that it reads, with its schema; empty: it reads none itself. */
    String table() {
        String relation = text("Relation Name");
        return relation.isEmpty() ? "" : text("Schema") + '.' + relation;
    }

    /** As the columns of its table are called in conditions. */
    String alias() {
        return text("Alias");
    }

    List<Plan> beneath() {
        return node.getJsonArray("Plans", new JsonArray()).stream()
                .map(one -> new Plan((JsonObject) one))
                .toList();
    }

    /** It and all beneath it. */
    Stream<Plan> all() {
        return Stream.concat(Stream.of(this), beneath().stream().flatMap(Plan::all));
    }

    Set<String> tables() {
        Set<String> tables = new TreeSet<>();
        all().map(Plan::table).filter(table -> !table.isEmpty()).forEach(tables::add);
        return tables;
    }
}
