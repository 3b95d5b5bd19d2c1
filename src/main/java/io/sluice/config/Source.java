package io.sluice.config;

import java.util.Optional;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.nodes.Node;

/** A file's text, and where things stand in it. */
final class Source {
    private final String file;
    private final int[] points;

    Source(String file, String text) {
        this.file = file;
        this.points = text.codePoints().toArray();
    }

    Place whole() {
        return Place.of(file);
    }

    Place place(Optional<Mark> mark) {
        return mark.map(m -> new Place(file, m.getLine() + 1, m.getColumn() + 1))
                .orElseGet(this::whole);
    }

    Place place(Node node) {
        return place(node.getStartMark());
    }

    /** Whether the character before a mark is this one. */
    boolean follows(Mark mark, char before) {
        return mark.getIndex() > 0 && points[Math.min(mark.getIndex(), points.length) - 1] == before;
    }

    /** Where the {@code nth} (from 0) {@code ${} of a scalar stands, however it is quoted or folded. */
    Place opening(Node scalar, int nth) {
        int from = start(scalar);
        int left = nth;
        for (int i = from; i < end(scalar) - 1; i++) {
            if (points[i] == '$' && points[i + 1] == '{' && left-- == 0) {
                return at(scalar, i);
            }
        }
        return place(scalar);
    }

    /**
     * Where a character of a scalar's value stands. The value's characters but white space stand in the file in the
     * same order, with what quotes, folds or escapes them between.
     */
    Place inside(Node scalar, String value, int offset) {
        int at = start(scalar);
        int end = end(scalar);
        for (int i = 0; i <= offset && i < value.length(); ) {
            int wanted = value.codePointAt(i);
            if (!Character.isWhitespace(wanted)) {
                while (at < end && points[at] != wanted) {
                    at++;
                }
                if (at == end) {
                    return place(scalar);
                }
                if (i + Character.charCount(wanted) > offset) {
                    return at(scalar, at);
                }
                at++;
            }
            i += Character.charCount(wanted);
        }
        return place(scalar);
    }

    private static int start(Node node) {
        return node.getStartMark().map(Mark::getIndex).orElse(0);
    }

    private int end(Node node) {
        return Math.min(points.length, node.getEndMark().map(Mark::getIndex).orElse(0));
    }

    private Place at(Node base, int index) {
        Mark mark = base.getStartMark().orElseThrow();
        int line = mark.getLine() + 1;
        int column = mark.getColumn() + 1;
        for (int i = mark.getIndex(); i < index; i++) {
            if (points[i] == '\n') {
                line++;
                column = 1;
            } else {
                column++;
            }
        }
        return new Place(file, line, column);
    }
}
