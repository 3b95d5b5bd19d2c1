package io.sluice.config;

import io.sluice.limit.Algorithm;
import io.sluice.limit.KeyPart;
import io.sluice.limit.Limit;
import io.sluice.limit.LimitBounds;
import io.sluice.limit.OnStoreFailure;
import io.sluice.limit.Window;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Reads one limit. */
final class LimitReader {
    /** The largest Integer of a structured field (RFC 9651 §3.3.1), which is what {@code RateLimit} can say. */
    private static final long MOST = 999_999_999_999_999L;

    private static final long LONGEST_WINDOW = 366L * 86_400 * 1_000_000;
    private static final List<String> ALGORITHMS = List.of("fixed-window", "sliding-window", "token-bucket");
    private static final List<String> LATER = List.of("sliding-log", "concurrency");

    private final Reading reading;
    private final String name;
    private final Fields fields;

    private LimitReader(Reading reading, String name, Fields fields) {
        this.reading = reading;
        this.name = name;
        this.fields = fields;
    }

    /** Null when something could not be read, which was reported. */
    static @Nullable Limit read(Reading reading, Fields.Entry entry) {
        if (!Names.isName(entry.name())) {
            reading.problem(
                    entry.place(), "bad name '" + Reading.shortened(entry.name()) + "' of a limit", Names.ACCEPTED);
        }
        String where = "limit '" + entry.name() + "'";
        Fields fields = Fields.of(reading, entry.value(), Keys.LIMIT, where, entry.place());
        return fields == null ? null : new LimitReader(reading, entry.name(), fields).read();
    }

    private @Nullable Limit read() {
        fields.require("algorithm");
        String algorithm = algorithm();
        boolean later = algorithm != null && LATER.contains(algorithm);
        if (!later) {
            fields.require("quota");
            fields.require("window");
            fields.require("key");
        }
        Long quota = fields.number("quota", 1, MOST);
        Window window = window(algorithm);
        Long burst = fields.number("burst", 1, MOST);
        Long cost = fields.number("cost", 1, MOST);
        List<KeyPart> key = KeyParts.read(reading, fields);
        accounting();
        Text failure = fields.word("on-store-failure", List.of("local", "open", "closed"));
        boolean shadow = fields.flag("shadow");
        if (burst != null && algorithm != null && !later && !algorithm.equals("token-bucket")) {
            fields.problem(
                    fields.keyPlace("burst"),
                    fields.what("burst") + " is only for token-bucket, not " + algorithm,
                    null);
            return null;
        }
        if (algorithm == null || later || quota == null || window == null) {
            return null;
        }
        Limit limit = new Limit(
                name,
                switch (algorithm) {
                    case "fixed-window" -> new Algorithm.FixedWindow();
                    case "sliding-window" -> new Algorithm.SlidingWindow();
                    default -> new Algorithm.TokenBucket(burst == null ? quota : burst);
                },
                quota,
                window,
                key,
                cost == null ? 1 : cost,
                failure == null
                        ? OnStoreFailure.LOCAL
                        : OnStoreFailure.valueOf(failure.value().toUpperCase(Locale.ROOT)),
                shadow);
        check(limit);
        return limit;
    }

    private @Nullable String algorithm() {
        Text text = fields.text("algorithm");
        if (text == null || LATER.contains(text.value())) {
            if (text != null) {
                fields.problem(
                        text.place(),
                        "algorithm '" + text.value() + "' of limit '" + name + "' is not supported in this version",
                        fields.accepts("algorithm"));
                return text.value();
            }
            return null;
        }
        Text known = fields.word("algorithm", ALGORITHMS);
        return known == null ? null : known.value();
    }

    private @Nullable Window window(@Nullable String algorithm) {
        Text text = fields.text("window");
        if (text == null) {
            return null;
        }
        if (text.value().equals("1mo")) {
            if (algorithm == null || algorithm.equals("fixed-window")) {
                return Window.month();
            }
            fields.problem(
                    text.place(),
                    "a window of 1mo in limit '" + name + "' is only for fixed-window, not " + algorithm,
                    "whole seconds such as 1s, 1m, 1h, 30d");
            return null;
        }
        Long micros = Units.micros(text.value());
        if (micros == null || micros % 1_000_000 != 0) {
            fields.bad("window", text);
            return null;
        }
        if (micros > LONGEST_WINDOW) {
            fields.problem(text.place(), fields.what("window") + " is longer than a year", "at most 366d");
            return null;
        }
        return new Window(micros, false);
    }

    private void accounting() {
        Text text = fields.text("accounting");
        if (text == null || text.value().equals("exact")) {
            return;
        }
        if (text.value().equals("leased")) {
            fields.problem(
                    text.place(),
                    "accounting 'leased' of limit '" + name + "' is not supported in this version",
                    fields.accepts("accounting"));
        } else {
            fields.word("accounting", List.of("exact"));
        }
    }

    private void check(Limit limit) {
        if (limit.cost() > limit.capacity()) {
            String capacity = limit.algorithm() instanceof Algorithm.TokenBucket ? "burst" : "quota";
            fields.problem(
                    fields.place("cost"),
                    "a cost of " + limit.cost() + " in limit '" + name + "' is more than its " + capacity + " "
                            + limit.capacity() + ": no request would pass",
                    "at most the " + capacity);
            return;
        }
        String refusal = LimitBounds.refusal(limit);
        if (refusal != null) {
            fields.problem(
                    fields.place(fields.has("burst") ? "burst" : "quota"),
                    "no store can count limit '" + name + "' exactly: " + refusal,
                    null);
        }
    }
}
