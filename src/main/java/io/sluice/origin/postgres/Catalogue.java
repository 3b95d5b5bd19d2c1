package io.sluice.origin.postgres;

import io.vertx.core.Future;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.sqlclient.SqlConnection;
import java.util.Collection;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Types that statements take and return, with those beneath them, as Postgres' catalogue has them. */
final class Catalogue {
    static final Catalogue EMPTY = new Catalogue(new JsonObject());

    /** What row_to_json makes of a type depends on its kind, on what is beneath it, and on whether it has a cast to json of its own. */
    private static final String SQL = """
            WITH RECURSIVE named AS (
                SELECT name, to_regtype(name)::oid AS oid FROM unnest(ARRAY[%s]) name
            ), reached(oid) AS (
                SELECT oid FROM named WHERE oid IS NOT NULL
                UNION
                SELECT beneath.oid FROM reached
                  JOIN pg_type t ON t.oid = reached.oid
                 CROSS JOIN LATERAL (
                       SELECT t.typbasetype WHERE t.typtype = 'd'
                       UNION ALL
                       SELECT t.typelem WHERE t.typcategory = 'A' AND t.typelem <> 0
                       UNION ALL
                       SELECT a.atttypid FROM pg_attribute a
                        WHERE t.typtype = 'c' AND a.attrelid = t.typrelid AND a.attnum > 0 AND NOT a.attisdropped
                 ) beneath(oid)
            )
            SELECT json_build_object(
                'names', (SELECT json_object_agg(name, oid::text) FROM named WHERE oid IS NOT NULL),
                'types', (SELECT json_object_agg(t.oid::text, json_build_object(
                    'name', t.typname,
                    'system', n.nspname = 'pg_catalog',
                    'kind', t.typtype,
                    'base', CASE WHEN t.typtype = 'd' THEN t.typbasetype::text END,
                    'element', CASE WHEN t.typcategory = 'A' AND t.typelem <> 0 THEN t.typelem::text END,
                    'json', EXISTS (SELECT FROM pg_cast c WHERE c.castsource = t.oid
                                       AND c.casttarget = 'json'::regtype AND c.castmethod = 'f'),
                    'labels', (SELECT json_agg(e.enumlabel ORDER BY e.enumsortorder) FROM pg_enum e
                                WHERE e.enumtypid = t.oid),
                    'attributes', (SELECT json_agg(json_build_array(a.attname, a.atttypid::text) ORDER BY a.attnum)
                                     FROM pg_attribute a WHERE t.typtype = 'c' AND a.attrelid = t.typrelid
                                      AND a.attnum > 0 AND NOT a.attisdropped)))
                  FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace
                 WHERE t.oid IN (SELECT oid FROM reached)))::text""";

    private final JsonObject names;
    private final JsonObject types;

    private Catalogue(JsonObject told) {
        names = told.getJsonObject("names") == null ? new JsonObject() : told.getJsonObject("names");
        types = told.getJsonObject("types") == null ? new JsonObject() : told.getJsonObject("types");
    }

    /**
     * By one simple query, which any session behind a pooler answers.
     *
     * @param names as Postgres spells them; those it does not know are left out
     */
    static Future<Catalogue> read(SqlConnection connection, Collection<String> names) {
        if (names.isEmpty()) {
            return Future.succeededFuture(EMPTY);
        }
        String all = names.stream().map(Catalogue::literal).collect(Collectors.joining(", "));
        return connection
                .query(SQL.replace("%s", all))
                .execute()
                .map(rows -> new Catalogue(new JsonObject(rows.iterator().next().getString(0))));
    }

    /** Right whatever {@code standard_conforming_strings} is (Postgres manual, §4.1.2.2). */
    private static String literal(String text) {
        return "E'" + text.replace("\\", "\\\\").replace("'", "''") + '\'';
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Catalogue that && names.equals(that.names) && types.equals(that.types);
    }

    @Override
    public int hashCode() {
        return types.hashCode();
    }

    /** Null: not known. */
    @Nullable
    Type named(String name) {
        String oid = names.getString(name);
        return oid == null ? null : type(oid);
    }

    private Type type(String oid) {
        return new Type(types.getJsonObject(oid));
    }

    /** One of them. */
    final class Type {
        private final JsonObject told;

        private Type(JsonObject told) {
            this.told = told;
        }

        /** Of Postgres' own types the name, such as {@code int8}; else empty. */
        String system() {
            return told.getBoolean("system") ? told.getString("name") : "";
        }

        String name() {
            return told.getString("name");
        }

        /** Of a domain. */
        @Nullable
        Type base() {
            return beneath("base");
        }

        /** Of an array. */
        @Nullable
        Type element() {
            return beneath("element");
        }

        private @Nullable Type beneath(String key) {
            String oid = told.getString(key);
            return oid == null ? null : type(oid);
        }

        /** Of an enum, in order. */
        @Nullable
        JsonArray labels() {
            return told.getJsonArray("labels");
        }

        boolean isComposite() {
            return told.getString("kind").equals("c");
        }

        /** Whether it says itself how it is JSON. */
        boolean hasJson() {
            return told.getBoolean("json");
        }

        /** Of a composite, in order. */
        Iterable<Attribute> attributes() {
            JsonArray all = told.getJsonArray("attributes");
            return all == null
                    ? java.util.List.of()
                    : all.stream()
                            .map(one -> (JsonArray) one)
                            .map(one -> new Attribute(one.getString(0), type(one.getString(1))))
                            .toList();
        }
    }

    record Attribute(String name, Type type) {}
}
