package io.sluice.config;

import io.sluice.limit.Refusal;
import java.util.List;

/** Reads what becomes of a request over a limit. */
final class RefusalReader {
    private static final long LONGEST_DELAY = 60_000_000;
    private static final List<String> KEYS = List.of("on-limit", "max-delay", "status", "body");

    private RefusalReader() {}

    static Refusal read(Reading reading, Fields fields, boolean shadow) {
        Text action = fields.word("on-limit", List.of("reject", "delay"));
        Long delay = fields.micros("max-delay");
        Long status = fields.number("status", 400, 599);
        Text body = fields.text("body");
        boolean delays = action != null && action.value().equals("delay");
        if (delays && !fields.has("max-delay")) {
            fields.problem(
                    fields.keyPlace("on-limit"),
                    fields.what("on-limit") + " is delay and needs a 'max-delay'",
                    fields.accepts("max-delay"));
        } else if (!delays && fields.has("max-delay")) {
            fields.problem(
                    fields.keyPlace("max-delay"), fields.what("max-delay") + " is only for on-limit: delay", null);
        } else if (delay != null && delay > LONGEST_DELAY) {
            fields.problem(
                    fields.place("max-delay"),
                    fields.what("max-delay") + " is longer than a minute",
                    fields.accepts("max-delay"));
        }
        for (String key : KEYS) {
            if (shadow && fields.has(key)) {
                fields.problem(
                        fields.keyPlace(key),
                        fields.what(key) + " would never be used: a shadow limit denies nothing",
                        null);
            }
        }
        return new Refusal(
                delays && delay != null ? delay : 0,
                status == null ? Refusal.STANDARD.status() : status.intValue(),
                body == null ? null : body.value());
    }
}
