package io.sluice.config;

import io.sluice.limit.Accounting;
import io.sluice.limit.Algorithm;
import io.sluice.limit.Cost;
import io.sluice.limit.KeyPart;
import io.sluice.limit.Limit;
import io.sluice.limit.LimitBounds;
import io.sluice.limit.OnStoreFailure;
import io.sluice.limit.Refusal;
import io.sluice.limit.Tiers;
import io.sluice.limit.Window;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Reads one limit. */
final class LimitReader {
    /** The largest Integer of a structured field (RFC 9651 §3.3.1), which is what {@code RateLimit} can say. */
    static final long MOST = 999_999_999_999_999L;

    private static final long LONGEST_WINDOW = 366L * 86_400 * 1_000_000;
    private static final List<String> ALGORITHMS =
            List.of("fixed-window", "sliding-window", "sliding-log", "token-bucket", "concurrency");
    private static final List<String> LEASABLE = List.of("fixed-window", "sliding-window", "token-bucket");

    /** How long a slot of {@code concurrency} lives that is not renewed. */
    private static final Window SLOT_LIFE = Window.ofSeconds(15);

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
        fields.require("quota");
        Text word = fields.word("algorithm", ALGORITHMS);
        String algorithm = word == null ? null : word.value();
        boolean slots = "concurrency".equals(algorithm);
        if (!slots) {
            fields.require("window");
        }
        fields.require("key");
        Long quota = fields.number("quota", 1, MOST);
        Window window = slots ? SLOT_LIFE : window(algorithm);
        Long burst = fields.number("burst", 1, MOST);
        Cost cost = CostReader.read(reading, fields);
        List<KeyPart> key = KeyParts.read(reading, fields);
        Accounting accounting = accounting();
        Text failure = fields.word("on-store-failure", List.of("local", "open", "closed"));
        boolean shadow = fields.flag("shadow");
        Tiers tiers = TiersReader.read(reading, fields);
        Refusal refusal = RefusalReader.read(reading, fields, shadow);
        if (algorithm == null || !fits(algorithm, accounting, cost) || quota == null || window == null) {
            return null;
        }
        Limit limit = new Limit(
                name,
                switch (algorithm) {
                    case "fixed-window" -> new Algorithm.FixedWindow();
                    case "sliding-window" -> new Algorithm.SlidingWindow();
                    case "sliding-log" -> new Algorithm.SlidingLog();
                    case "concurrency" -> new Algorithm.Concurrency();
                    default -> new Algorithm.TokenBucket(burst == null ? quota : burst);
                },
                quota,
                window,
                key,
                cost,
                accounting,
                failure == null
                        ? OnStoreFailure.LOCAL
                        : OnStoreFailure.valueOf(failure.value().toUpperCase(Locale.ROOT)),
                shadow,
                tiers,
                refusal);
        check(limit);
        return limit;
    }

    /** Whether all keys mean something under this algorithm; what does not was reported. */
    private boolean fits(String algorithm, Accounting accounting, Cost cost) {
        boolean fits = true;
        if (!algorithm.equals("token-bucket")) {
            fits = only("burst", "token-bucket", algorithm);
        }
        if (accounting == Accounting.LEASED) {
            if (!LEASABLE.contains(algorithm)) {
                fits &= only("accounting", String.join(", ", LEASABLE), algorithm);
            } else if (cost instanceof Cost.ResponseHeader) {
                fields.problem(
                        fields.place("accounting"),
                        "limit '" + name + "' is leased and has a cost known only from the response",
                        "exact, which such a cost implies");
                fits = false;
            }
        }
        if (algorithm.equals("concurrency")) {
            fits &= only("window", String.join(", ", ALGORITHMS.subList(0, 4)), algorithm);
            if (cost instanceof Cost.Fixed fixed ? fixed.units() != 1 : true) {
                fits &= only("cost", String.join(", ", ALGORITHMS.subList(0, 4)), algorithm);
            }
        }
        return fits;
    }

    private boolean only(String key, String algorithms, String algorithm) {
        if (fields.has(key)) {
            fields.problem(
                    fields.keyPlace(key), fields.what(key) + " is only for " + algorithms + ", not " + algorithm, null);
            return false;
        }
        return true;
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

    private Accounting accounting() {
        Text text = fields.word("accounting", List.of("exact", "leased"));
        return text != null && text.value().equals("leased") ? Accounting.LEASED : Accounting.EXACT;
    }

    private void check(Limit limit) {
        if (limit.cost().declared() > limit.capacity()) {
            String capacity = limit.algorithm() instanceof Algorithm.TokenBucket ? "burst" : "quota";
            String cost = limit.cost() instanceof Cost.ResponseHeader ? "reserve" : "cost";
            fields.problem(
                    fields.place(cost),
                    "a " + cost + " of " + limit.cost().declared() + " in limit '" + name + "' is more than its "
                            + capacity + " " + limit.capacity() + ": no request would pass",
                    "at most the " + capacity);
            return;
        }
        checkBounds(limit, fields.has("burst") ? "burst" : "quota", "limit '" + name + "'");
        Tiers tiers = limit.tiers();
        if (tiers != null) {
            tiers.quotas()
                    .forEach((tier, quota) -> checkBounds(
                            limit.withQuota(quota), "quotas", "tier '" + tier + "' of limit '" + name + "'"));
        }
    }

    private void checkBounds(Limit limit, String key, String what) {
        String refusal = LimitBounds.refusal(limit);
        if (refusal != null) {
            fields.problem(fields.place(key), "no store can count " + what + " exactly: " + refusal, null);
        }
    }
}
