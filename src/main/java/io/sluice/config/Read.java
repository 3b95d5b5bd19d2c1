package io.sluice.config;

import java.util.List;

/** What reading a configuration came to. */
public sealed interface Read {
    record Ok(Config config) implements Read {}

    /** @param problems every mistake found, by place; at least one */
    record Bad(List<Problem> problems) implements Read {
        public Bad {
            problems = List.copyOf(problems);
        }
    }
}
