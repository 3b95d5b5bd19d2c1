package io.sluice.config;

import org.snakeyaml.engine.v2.nodes.ScalarNode;

/**
 * A scalar after expansion.
 *
 * @param quoted whether it was quoted and nothing was expanded in it, so that it is text and no number
 */
record Text(String value, ScalarNode node, Source source, boolean quoted, boolean expanded) {
    Place place() {
        return source.place(node);
    }

    /** Where a character of the value stands; the value's start where an expansion moved its characters. */
    Place at(int offset) {
        return expanded ? place() : source.inside(node, value, offset);
    }
}
