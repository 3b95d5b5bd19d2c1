package io.sluice.config;

import io.sluice.limit.Cost;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads what a request costs. */
final class CostReader {
    private static final String REQUEST = "header:";
    private static final String RESPONSE = "response-header:";

    private CostReader() {}

    /** One unit where nothing is said, or where a mistake was reported. */
    static Cost read(Reading reading, Fields fields) {
        Text text = fields.text("cost");
        Long reserve = fields.number("reserve", 1, LimitReader.MOST);
        boolean response = text != null && text.value().startsWith(RESPONSE);
        if (fields.has("reserve") && !response) {
            fields.problem(
                    fields.keyPlace("reserve"),
                    fields.what("reserve") + " is only for a cost of response-header:NAME",
                    null);
        }
        if (text == null) {
            return Cost.ONE;
        }
        if (response) {
            if (!fields.has("reserve")) {
                fields.problem(
                        text.place(),
                        "a cost known only from the response needs a 'reserve', which is taken until then",
                        fields.accepts("reserve"));
            }
            String name = text.value().substring(RESPONSE.length());
            return Names.isToken(name)
                    ? new Cost.ResponseHeader(name, reserve == null ? 1 : reserve)
                    : bad(reading, fields, text);
        }
        if (text.value().startsWith(REQUEST)) {
            String name = text.value().substring(REQUEST.length());
            return Names.isToken(name) ? new Cost.RequestHeader(name) : bad(reading, fields, text);
        }
        Long units = text.quoted() ? null : Units.number(text.value());
        return units == null || units < 1 || units > LimitReader.MOST
                ? bad(reading, fields, text)
                : new Cost.Fixed(units);
    }

    private static Cost bad(Reading reading, Fields fields, Text text) {
        int colon = text.value().indexOf(':');
        @Nullable
        String near = colon < 0 ? null : NearName.of(text.value().substring(0, colon + 1), List.of(REQUEST, RESPONSE));
        reading.problem(
                text.place(),
                "bad value '" + Reading.shortened(text.value()) + "' for " + fields.what("cost"),
                near == null || text.value().startsWith(near)
                        ? null
                        : near + text.value().substring(colon + 1),
                fields.accepts("cost"));
        return Cost.ONE;
    }
}
