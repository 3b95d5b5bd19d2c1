package io.sluice.gateway;

import io.sluice.limit.Decision;
import io.sluice.limit.Limit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A limit's own body for a refusal: texts, and between them what is filled in. Names of limits and numbers are all that is
 * filled in, so that the text stays JSON where it was.
 */
public final class RefusalBody {
    private static final Pattern PLACE = Pattern.compile("\\{(limit|status|quota|remaining|reset|retry-after)}");
    private static final Map<String, Place> PLACES = Map.of(
            "limit", Place.LIMIT,
            "status", Place.STATUS,
            "quota", Place.QUOTA,
            "remaining", Place.REMAINING,
            "reset", Place.RESET,
            "retry-after", Place.RETRY_AFTER);

    private enum Place {
        LIMIT,
        STATUS,
        QUOTA,
        REMAINING,
        RESET,
        RETRY_AFTER
    }

    private final List<String> texts = new ArrayList<>();
    private final List<Place> places = new ArrayList<>();
    private final boolean json;

    private RefusalBody(String template) {
        Matcher matcher = PLACE.matcher(template);
        int from = 0;
        while (matcher.find()) {
            texts.add(template.substring(from, matcher.start()));
            places.add(PLACES.get(matcher.group(1)));
            from = matcher.end();
        }
        texts.add(template.substring(from));
        String start = template.strip();
        json = start.startsWith("{") && !startsWithPlace(start) || start.startsWith("[");
    }

    private static boolean startsWithPlace(String template) {
        return PLACE.matcher(template).lookingAt();
    }

    /** Null: a problem document. */
    public static @Nullable RefusalBody of(Limit limit) {
        String template = limit.refusal().body();
        return template == null ? null : new RefusalBody(template);
    }

    public String contentType() {
        return json ? "application/json" : "text/plain; charset=utf-8";
    }

    /** @param retryAfter seconds; -1: never, which is {@code null} in the text */
    String fill(Limit limit, Decision.Denied denied, long retryAfter) {
        StringBuilder text = new StringBuilder(texts.get(0));
        for (int i = 0; i < places.size(); i++) {
            switch (places.get(i)) {
                case LIMIT -> text.append(limit.name());
                case STATUS -> text.append(limit.refusal().status());
                case QUOTA -> text.append(limit.quota());
                case REMAINING -> text.append(denied.remaining());
                case RESET -> text.append(RateLimitFields.roundUp(denied.reset()));
                case RETRY_AFTER -> text.append(retryAfter < 0 ? "null" : Long.toString(retryAfter));
            }
            text.append(texts.get(i + 1));
        }
        return text.toString();
    }
}
