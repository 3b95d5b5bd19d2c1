package io.sluice.config;

import io.sluice.origin.postgres.Writing;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Reads how a Postgres route writes. */
final class WriteReader {
    private static final int DEFAULT_MAX_BODY = 1 << 20;
    private static final long MOST_MAX_BODY = 64L << 20;
    private static final List<String> KEYS = List.of(
            "max-body", "ignore-unknown", "idempotency-key", "status", "matches", "writes-through", "invalidates");

    private final Fields fields;
    private final boolean writes;
    private final Function<String, Fields> either;

    /** @param either where a key stands that may stand in two places */
    WriteReader(Fields fields, boolean writes, Function<String, Fields> either) {
        this.fields = fields;
        this.writes = writes;
        this.either = either;
        if (!writes) {
            for (String key : KEYS) {
                Fields where = either.apply(key);
                if (where.has(key)) {
                    where.problem(
                            where.keyPlace(key),
                            where.what(key) + " is only for routes that write",
                            "methods such as [PUT]");
                }
            }
        }
    }

    /** Null on a route that reads. */
    @Nullable
    Writing writing() {
        if (!writes) {
            return null;
        }
        Long maxBody = fields.bytes("max-body", MOST_MAX_BODY);
        Text key = fields.word("idempotency-key", List.of("optional", "required"));
        Text status = fields.word("status", List.of("200", "201", "202", "204"));
        return new Writing(
                null,
                status == null ? 0 : Integer.parseInt(status.value()),
                key != null && key.value().equals("required"),
                maxBody == null ? DEFAULT_MAX_BODY : maxBody.intValue(),
                fields.flag("ignore-unknown"));
    }

    /** Null on a route that reads. */
    TargetConfig.@Nullable Writes writes() {
        return writes
                ? new TargetConfig.Writes(
                        either.apply("writes-through").text("writes-through"),
                        fields.text("matches"),
                        either.apply("invalidates").texts("invalidates").stream()
                                .map(Text::value)
                                .toList())
                : null;
    }
}
