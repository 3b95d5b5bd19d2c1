package io.sluice.config;

import io.sluice.cache.CachePolicy;
import io.sluice.cache.http.HttpStorage;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Reads what a route says of its cache. */
final class CacheReader {
    static final int DEFAULT_MAX_ENTRY = 1 << 20;
    private static final long MOST_MAX_ENTRY = 1 << 30;

    private final Reading reading;
    private final Fields fields;

    private CacheReader(Reading reading, Fields fields) {
        this.reading = reading;
        this.fields = fields;
    }

    /**
     * @param names what a tag may name in braces
     * @param postgres whether the route's answers have no freshness of their own
     */
    static @Nullable CachePolicy read(
            Reading reading, Fields route, String name, Collection<String> names, boolean postgres) {
        Fields fields = route.map("cache", Keys.CACHE, "the cache of route '" + name + "'");
        return fields == null ? null : new CacheReader(reading, fields).read(names, postgres);
    }

    private CachePolicy read(Collection<String> names, boolean postgres) {
        if (postgres) {
            fields.require("ttl");
            onlyHttp("expose-tags", "whose origins name tags");
            onlyHttp("vary", "whose origins see headers");
            onlyHttp("forward", "whose origins see headers");
        } else if (fields.has("negative-ttl")) {
            fields.problem(
                    fields.keyPlace("negative-ttl"),
                    fields.what("negative-ttl") + " is only for postgres routes, where no row is found",
                    null);
        }
        Long ttl = fields.micros("ttl");
        Long refreshAfter = fields.micros("refresh-after");
        if (ttl != null && refreshAfter != null && refreshAfter >= ttl) {
            fields.problem(
                    fields.place("refresh-after"),
                    fields.what("refresh-after") + " is not less than its ttl",
                    "less than the ttl");
        }
        Long maxEntry = fields.bytes("max-entry", MOST_MAX_ENTRY);
        return new CachePolicy(
                ttl,
                orZero(refreshAfter),
                fields.factor("refresh-early"),
                orZero(fields.micros("stale-if-error")),
                orZero(fields.micros("negative-ttl")),
                maxEntry == null ? DEFAULT_MAX_ENTRY : maxEntry.intValue(),
                tags(names),
                vary(),
                fields.has("forward") ? names("forward") : null,
                !fields.has("client-directives") || fields.flag("client-directives"),
                fields.flag("expose-tags"),
                fields.has("compress") ? fields.flag("compress") : postgres);
    }

    private void onlyHttp(String key, String why) {
        if (fields.has(key)) {
            fields.problem(fields.keyPlace(key), fields.what(key) + " is only for http routes, " + why, null);
        }
    }

    private List<String> vary() {
        List<String> names = names("vary");
        if (names.stream().allMatch(Names::isToken) && !HttpStorage.canSelect(names)) {
            fields.problem(
                    fields.place("vary"),
                    fields.what("vary")
                            + " names what the gateway writes itself, so that no request tells what the origin saw",
                    "other header names, or no cache");
        }
        return names;
    }

    /** Of header fields, in lower case. */
    private List<String> names(String key) {
        List<String> names = new ArrayList<>();
        for (Text text : fields.texts(key)) {
            if (!Names.isToken(text.value())) {
                fields.bad(key, text);
            }
            names.add(text.value().toLowerCase(Locale.ROOT));
        }
        return names;
    }

    private static long orZero(@Nullable Long value) {
        return value == null ? 0 : value;
    }

    private List<String> tags(Collection<String> names) {
        List<String> tags = new ArrayList<>();
        for (Text text : fields.texts("tags")) {
            String tag = text.value();
            if (tag.isBlank()) {
                fields.bad("tags", text);
            }
            for (int open = tag.indexOf('{'); open >= 0; open = tag.indexOf('{', open + 1)) {
                int close = tag.indexOf('}', open);
                if (close < 0) {
                    fields.problem(text.at(open), "'{' without '}' in tag '" + tag + "'", fields.accepts("tags"));
                    break;
                }
                String name = tag.substring(open + 1, close);
                if (!names.contains(name)) {
                    reading.problem(
                            text.at(open),
                            "tag '" + tag + "' names {" + name + "}, which the route does not have",
                            NearName.of(name, names),
                            names.isEmpty() ? "a tag without names" : String.join(", ", names));
                }
            }
            tags.add(tag);
        }
        return tags;
    }
}
