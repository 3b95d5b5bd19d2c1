package io.sluice.origin.postgres;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** JSON whose values are kept as they are spelled: a number of thirty digits is another one as a double. */
final class JsonText {
    private static final JsonFactory FACTORY = JsonFactory.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(100)
                    .maxStringLength(Integer.MAX_VALUE)
                    .build())
            .build();

    /** What Postgres wrote may nest as deep as it likes, have numbers of any length, and name two columns alike. */
    private static final JsonFactory POSTGRES = JsonFactory.builder()
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(Integer.MAX_VALUE)
                    .maxNumberLength(Integer.MAX_VALUE)
                    .maxStringLength(Integer.MAX_VALUE)
                    .maxNameLength(Integer.MAX_VALUE)
                    .build())
            .build();

    /**
     * A value. Its text is cut when it is asked for: nested ones would be copied once for each level around them.
     *
     * @param kind what it is
     * @param source what its text is a part of
     * @param start of its text in the source
     * @param end behind its text
     * @param elements of an array
     * @param members of an object
     */
    record Value(Kind kind, String source, int start, int end, List<Value> elements, Map<String, Value> members) {
        /** A string's characters, else the JSON as it is spelled. */
        String text() {
            return source.substring(start, end);
        }

        /** As it is bound to a parameter; null for JSON's null. */
        @Nullable
        String bound() {
            return kind == Kind.NULL ? null : text();
        }
    }

    enum Kind {
        NULL,
        TEXT,
        PLAIN,
        ARRAY,
        OBJECT
    }

    private final String source;
    private final JsonParser parser;

    private JsonText(String source, JsonParser parser) {
        this.source = source;
        this.parser = parser;
    }

    /** @throws IOException when it is not JSON; its message is for people who sent it */
    static Value read(String source) throws IOException {
        try (JsonParser parser = FACTORY.createParser(source)) {
            JsonText text = new JsonText(source, parser);
            if (parser.nextToken() == null) {
                throw new IOException("it is empty");
            }
            Value value = text.value();
            if (parser.nextToken() != null) {
                throw new IOException("something stands behind its end");
            }
            return value;
        }
    }

    /**
     * The columns of a row as Postgres wrote it, with their values as they would be bound; those that are null are left out. Of two of one
     * name it is the first.
     */
    static Map<String, String> columns(String row) throws IOException {
        Map<String, String> columns = new LinkedHashMap<>();
        try (JsonParser parser = POSTGRES.createParser(row)) {
            parser.nextToken();
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                String name = parser.currentName();
                JsonToken token = parser.nextToken();
                int start = Math.toIntExact(parser.currentTokenLocation().getCharOffset());
                if (token.isStructStart()) {
                    parser.skipChildren();
                    int end = Math.toIntExact(parser.currentTokenLocation().getCharOffset()) + 1;
                    columns.putIfAbsent(name, row.substring(start, end));
                } else if (token != JsonToken.VALUE_NULL) {
                    columns.putIfAbsent(name, parser.getText());
                }
            }
        }
        return columns;
    }

    private Value value() throws IOException {
        JsonToken token = parser.currentToken();
        int start = Math.toIntExact(parser.currentTokenLocation().getCharOffset());
        if (token == JsonToken.START_ARRAY) {
            List<Value> elements = new ArrayList<>();
            while (parser.nextToken() != JsonToken.END_ARRAY) {
                elements.add(value());
            }
            return new Value(Kind.ARRAY, source, start, end(), elements, Map.of());
        }
        if (token == JsonToken.START_OBJECT) {
            Map<String, Value> members = new LinkedHashMap<>();
            while (parser.nextToken() != JsonToken.END_OBJECT) {
                String name = parser.currentName();
                parser.nextToken();
                members.put(name, value());
            }
            return new Value(Kind.OBJECT, source, start, end(), List.of(), members);
        }
        Kind kind =
                token == JsonToken.VALUE_NULL ? Kind.NULL : token == JsonToken.VALUE_STRING ? Kind.TEXT : Kind.PLAIN;
        String text = parser.getText();
        return new Value(kind, text, 0, text.length(), List.of(), Map.of());
    }

    private int end() {
        return Math.toIntExact(parser.currentTokenLocation().getCharOffset()) + 1;
    }
}
