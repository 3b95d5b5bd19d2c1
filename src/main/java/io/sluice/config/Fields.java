package io.sluice.config;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;

/** A map of the file whose keys are one {@link Keys.Section}; reports unknown and repeated keys when made. */
final class Fields {
    /** A key and its value, as they stand. */
    record Entry(String name, Place place, Node value) {}

    private final Reading reading;
    private final Keys.Section section;
    private final String where;
    private final Place place;
    private final Map<String, Entry> entries = new LinkedHashMap<>();

    /**
     * @param where the map is, for messages: {@code limit 'burst'}
     * @param place where to report what is missing
     */
    private Fields(Reading reading, Keys.Section section, String where, Place place) {
        this.reading = reading;
        this.section = section;
        this.where = where;
        this.place = place;
    }

    /** Null when the node is no map, which was reported. */
    static @Nullable Fields of(Reading reading, Node node, Keys.Section section, String where, Place place) {
        if (!(node instanceof MappingNode map)) {
            String found = Reading.isNothing(node) ? " has no value" : " is " + Reading.kind(node);
            reading.problem(
                    reading.source().place(node), where + found, "a map of " + String.join(", ", section.names()));
            return null;
        }
        Fields fields = new Fields(reading, section, where, place);
        for (Entry entry : entries(reading, map, where)) {
            if (!section.has(entry.name)) {
                reading.problem(
                        entry.place,
                        "unknown key '" + entry.name + "' in " + where,
                        NearName.of(entry.name, section.names()),
                        String.join(", ", section.names()));
            } else if (!section.key(entry.name).supported()) {
                reading.problem(entry.place, fields.what(entry.name) + " is not supported in this version", null);
            } else {
                fields.entries.put(entry.name, entry);
            }
        }
        return fields;
    }

    /** The entries of a map by name; reports keys that are no text or there twice, of which the first is kept. */
    static List<Entry> entries(Reading reading, MappingNode map, String where) {
        Map<String, Entry> found = new LinkedHashMap<>();
        for (NodeTuple tuple : map.getValue()) {
            reading.count();
            Place place = reading.source().place(tuple.getKeyNode());
            if (!(tuple.getKeyNode() instanceof ScalarNode key)) {
                reading.problem(place, "a key in " + where + " is " + Reading.kind(tuple.getKeyNode()), "a name");
                continue;
            }
            Entry first = found.putIfAbsent(key.getValue(), new Entry(key.getValue(), place, tuple.getValueNode()));
            if (first != null) {
                reading.problem(
                        place,
                        "'" + key.getValue() + "' is there twice in " + where + ", first in line " + first.place.line(),
                        null);
            }
        }
        return List.copyOf(found.values());
    }

    boolean has(String key) {
        return entries.containsKey(key);
    }

    /** The value's place where the key is there, else the map's. */
    Place place(String key) {
        Entry entry = entries.get(key);
        return entry == null ? place : reading.source().place(entry.value);
    }

    Place keyPlace(String key) {
        Entry entry = entries.get(key);
        return entry == null ? place : entry.place;
    }

    @Nullable
    Node node(String key) {
        Entry entry = entries.get(key);
        return entry == null ? null : entry.value;
    }

    /** A key and where it is, for messages. */
    String what(String key) {
        return "'" + key + "' in " + where;
    }

    String accepts(String key) {
        return section.key(key).accepts();
    }

    /** Reports a key that must be there and is not. */
    void require(String key) {
        if (!has(key)) {
            reading.problem(place, where + " has no '" + key + "'", accepts(key));
        }
    }

    /** Reports a value that will not do. */
    void bad(String key, Text value) {
        reading.problem(
                value.place(), "bad value '" + Reading.shortened(value.value()) + "' for " + what(key), accepts(key));
    }

    void problem(Place at, String found, @Nullable String accepted) {
        reading.problem(at, found, accepted);
    }

    @Nullable
    Text text(String key) {
        Node node = node(key);
        return node == null ? null : reading.text(node, what(key), accepts(key));
    }

    List<Text> texts(String key) {
        List<Text> found = new ArrayList<>();
        Node list = node(key);
        if (list != null) {
            for (Node item : reading.items(list, what(key), accepts(key))) {
                Text text = reading.text(item, "an item of " + what(key), accepts(key));
                if (text != null) {
                    found.add(text);
                }
            }
        }
        return found;
    }

    @Nullable
    Fields map(String key, Keys.Section inner, String innerWhere) {
        Node node = node(key);
        return node == null ? null : of(reading, node, inner, innerWhere, keyPlace(key));
    }

    /** The entries of a map whose keys the user chose; a key without a value counts as an empty map. */
    List<Entry> named(String key) {
        Node node = node(key);
        if (node instanceof MappingNode map) {
            return entries(reading, map, "'" + key + "'");
        }
        if (node != null && !Reading.isNothing(node)) {
            reading.problem(place(key), what(key) + " is " + Reading.kind(node), accepts(key));
        }
        return List.of();
    }

    @Nullable
    Long number(String key, long least, long most) {
        Text text = text(key);
        Long value = text == null || text.quoted() ? null : Units.number(text.value());
        if (text != null && (value == null || value < least || value > most)) {
            bad(key, text);
            return null;
        }
        return value;
    }

    /** A positive duration in microseconds. */
    @Nullable
    Long micros(String key) {
        Text text = text(key);
        Long value = text == null ? null : Units.micros(text.value());
        if (text != null && value == null) {
            bad(key, text);
        }
        return value;
    }

    @Nullable
    Long bytes(String key, long most) {
        Text text = text(key);
        Long value = text == null ? null : Units.bytes(text.value());
        if (text != null && (value == null || value > most)) {
            bad(key, text);
            return null;
        }
        return value;
    }

    /** A positive number; 0 where there is none. */
    double factor(String key) {
        Text text = text(key);
        Double value = text == null || text.quoted() ? null : Units.factor(text.value());
        if (text != null && value == null) {
            bad(key, text);
        }
        return value == null ? 0 : value;
    }

    boolean flag(String key) {
        Text text = text(key);
        if (text == null) {
            return false;
        }
        boolean yes = text.value().equals("true");
        if (text.quoted() || !(yes || text.value().equals("false"))) {
            bad(key, text);
        }
        return yes;
    }

    /** One of some words; a near one is offered. */
    @Nullable
    Text word(String key, List<String> words) {
        Text text = text(key);
        if (text == null || words.contains(text.value())) {
            return text;
        }
        reading.problem(
                text.place(),
                "bad value '" + Reading.shortened(text.value()) + "' for " + what(key),
                NearName.of(text.value(), words),
                accepts(key));
        return null;
    }
}
