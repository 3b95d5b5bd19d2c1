package io.sluice.config;

import io.sluice.limit.Algorithm;
import io.sluice.limit.KeyPart;
import io.sluice.limit.Limit;
import io.sluice.limit.OnStoreFailure;
import io.sluice.limit.Window;
import java.math.BigInteger;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Reads one limit. */
final class LimitReader {
    /** The largest Integer of a structured field (RFC 9651 §3.3.1), which is what {@code RateLimit} can say. */
    private static final long MOST = 999_999_999_999_999L;

    /** What four bytes count, which is what a sub-window's counter has. */
    private static final long MOST_SLIDING = 0xffff_ffffL;

    /** µs that an empty bucket may take to fill, about 126 years. */
    private static final BigInteger LONGEST_FILL = BigInteger.valueOf(4_000_000_000_000_000L);

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
        } else if (limit.algorithm() instanceof Algorithm.SlidingWindow && limit.quota() > MOST_SLIDING) {
            fields.problem(
                    fields.place("quota"),
                    "the quota " + limit.quota() + " of limit '" + name + "' is too large for sliding-window",
                    "at most " + MOST_SLIDING);
        } else if (limit.algorithm() instanceof Algorithm.TokenBucket bucket && !isExact(limit, bucket.burst())) {
            fields.problem(
                    fields.place(fields.has("burst") ? "burst" : "quota"),
                    "limit '" + name + "' cannot be counted exactly in 53 bits",
                    "a smaller burst, or a quota that divides the window's microseconds");
        }
    }

    /**
     * Whether GCRA stays exact in doubles. With quota q and window W (µs) reduced by their greatest common divisor, n
     * units add {@code ⌊n·(W mod q)/q⌋} to what whole microseconds add, and the theoretical arrival time lies up to
     * {@code burst × W/q} after now; both with room to 2^53 for the clock and for sums.
     */
    private static boolean isExact(Limit limit, long burst) {
        BigInteger quota = BigInteger.valueOf(limit.quota());
        BigInteger window = BigInteger.valueOf(limit.window().micros());
        BigInteger shared = quota.gcd(window);
        BigInteger left = window.divide(shared).mod(quota.divide(shared));
        BigInteger capacity = BigInteger.valueOf(burst);
        return capacity.multiply(left).bitLength() <= 52
                && capacity.multiply(window).divide(quota).compareTo(LONGEST_FILL) <= 0;
    }
}
