package io.sluice.config;

import io.sluice.limit.KeyPart;
import io.sluice.limit.Tiers;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads the quotas of a limit's tiers. */
final class TiersReader {
    private TiersReader() {}

    /** Null where there are none, or where a mistake was reported. */
    static @Nullable Tiers read(Reading reading, Fields fields) {
        KeyPart by = KeyParts.one(reading, fields, "tier");
        Map<String, Long> quotas = new LinkedHashMap<>();
        for (Fields.Entry entry : fields.named("quotas")) {
            Text text = reading.text(
                    entry.value(), "'" + entry.name() + "' in " + fields.what("quotas"), fields.accepts("quota"));
            Long quota = text == null || text.quoted() ? null : Units.number(text.value());
            if (quota != null && quota >= 1 && quota <= LimitReader.MOST) {
                quotas.put(entry.name(), quota);
            } else if (text != null) {
                reading.problem(
                        text.place(),
                        "bad quota '" + Reading.shortened(text.value()) + "' of tier '" + entry.name() + "' in "
                                + fields.what("quotas"),
                        fields.accepts("quota"));
            }
        }
        if (fields.has("tier") && !fields.has("quotas")) {
            fields.problem(fields.keyPlace("tier"), fields.what("tier") + " has no 'quotas'", fields.accepts("quotas"));
        } else if (fields.has("quotas") && !fields.has("tier")) {
            fields.problem(
                    fields.keyPlace("quotas"),
                    fields.what("quotas") + " needs a 'tier', which says whose is which",
                    fields.accepts("tier"));
        }
        return by == null || quotas.isEmpty() ? null : new Tiers(by, quotas);
    }
}
