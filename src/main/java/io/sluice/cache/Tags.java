package io.sluice.cache;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Fills a route's tag templates: {@code product:{id}} becomes {@code product:42}, and {@code product} comes with it. */
public final class Tags {
    private Tags() {}

    /**
     * @param templates as in {@link CachePolicy#tags}
     * @param values decoded values by name, from the path and the query; null for one that is absent
     * @return every tag once; what has a colon comes with the text before it, so that the many can be voided by the one; a
     *     value with several spellings comes in its plain one too; a template with an absent value gives only the part that
     *     is wide enough to be true: the text before its first colon
     */
    public static List<String> render(List<String> templates, Function<String, @Nullable String> values) {
        if (templates.isEmpty()) {
            return List.of();
        }
        List<String> tags = new ArrayList<>(templates.size() * 2);
        for (String template : templates) {
            String tag = fill(template, values);
            int colon = template.indexOf(':');
            int brace = template.indexOf('{');
            if (colon > 0 && (brace < 0 || colon < brace)) {
                add(tags, template.substring(0, colon));
            }
            if (tag != null) {
                addWithTable(tags, tag);
            }
            String plain = brace < 0 ? null : fill(template, name -> plain(values.apply(name)));
            if (plain != null) {
                addWithTable(tags, plain);
            }
        }
        return List.copyOf(tags);
    }

    /**
     * What is to be voided, and nothing wider: the tags as they are filled, in their plain spelling too. Where a value is absent the
     * text before the colon stands in, which every entry with such a tag carries.
     */
    public static List<String> voided(List<String> templates, Function<String, @Nullable String> values) {
        Set<String> tags = new LinkedHashSet<>();
        for (String template : templates) {
            String tag = fill(template, values);
            String plain = fill(template, name -> plain(values.apply(name)));
            if (tag == null || plain == null) {
                int colon = template.indexOf(':');
                tags.add(colon > 0 ? template.substring(0, colon) : template);
            } else {
                tags.add(tag);
                tags.add(plain);
            }
        }
        return List.copyOf(tags);
    }

    /** With what is before the first colon of each: what voids a whole table voids these. */
    public static List<String> withTables(List<String> tags) {
        List<String> all = new ArrayList<>(tags.size() * 2);
        tags.forEach(tag -> addWithTable(all, tag));
        return List.copyOf(all);
    }

    /** Both, every tag once. */
    public static List<String> join(List<String> some, List<String> more) {
        if (more.isEmpty()) {
            return some;
        }
        Set<String> all = new LinkedHashSet<>(some);
        all.addAll(more);
        return List.copyOf(all);
    }

    private static @Nullable String plain(@Nullable String value) {
        return value == null ? null : Spelling.plain(value);
    }

    private static void addWithTable(List<String> tags, String tag) {
        int colon = tag.indexOf(':');
        if (colon > 0) {
            add(tags, tag.substring(0, colon));
        }
        add(tags, tag);
    }

    private static void add(List<String> tags, String tag) {
        if (!tags.contains(tag)) {
            tags.add(tag);
        }
    }

    private static @Nullable String fill(String template, Function<String, @Nullable String> values) {
        int open = template.indexOf('{');
        if (open < 0) {
            return template;
        }
        StringBuilder out = new StringBuilder(template.length() + 16);
        int from = 0;
        while (open >= 0) {
            int close = template.indexOf('}', open);
            if (close < 0) {
                break;
            }
            String value = values.apply(template.substring(open + 1, close));
            if (value == null) {
                return null;
            }
            out.append(template, from, open).append(value);
            from = close + 1;
            open = template.indexOf('{', from);
        }
        return out.append(template, from, template.length()).toString();
    }
}
