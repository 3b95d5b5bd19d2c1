package io.sluice.cache;

import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.subscription.UniEmitter;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Answers and loaders for tests. */
public final class Drafts {
    public static final long SECOND = 1_000_000;
    public static final Selecting ANY = name -> null;
    public static final CacheKey KEY = new CacheKey("product", "/products/42");

    /** As the default, without jitter. */
    public static final CacheSettings SETTINGS =
            new CacheSettings(1 << 20, 2 * SECOND, 30 * SECOND, 10 * SECOND, 5 * SECOND, SECOND, 0, 1000, 5000);

    public static final Failures<String> FAILURES = new Failures<>() {
        @Override
        public byte[] encode(String answer) {
            return answer.getBytes(StandardCharsets.UTF_8);
        }

        @Override
        public @Nullable String decode(byte[] bytes) {
            return new String(bytes, StandardCharsets.UTF_8);
        }
    };

    private Drafts() {}

    public static Draft draft(String body) {
        return draft(body, 60 * SECOND, 0, 0, 0);
    }

    public static Draft draft(String body, long fresh, long refresh, long whileRevalidate, long ifError) {
        return draft(body, fresh, refresh, whileRevalidate, ifError, List.of());
    }

    public static Draft draft(
            String body, long fresh, long refresh, long whileRevalidate, long ifError, List<String> vary) {
        return new Draft(
                200,
                List.of("content-type", "text/plain"),
                Body.of(body.getBytes(StandardCharsets.UTF_8)),
                0,
                fresh,
                refresh,
                0,
                whileRevalidate,
                ifError,
                List.of("product", "product:42"),
                vary);
    }

    public static Entry entry(String body, long start) {
        return new Entry(
                200,
                List.of("content-type", "text/plain"),
                Body.of(body.getBytes(StandardCharsets.UTF_8)),
                start,
                0,
                60 * SECOND,
                Long.MAX_VALUE,
                0,
                0,
                0,
                List.of("product", "product:42"));
    }

    public static String text(Entry entry) {
        return new String(entry.body().plain(), StandardCharsets.UTF_8);
    }

    /** What an entry's body says. */
    public static String prepared(Entry entry) {
        return text(entry);
    }

    /** A loader whose loads end when the test says so. */
    public static final class Held implements Loader<String> {
        private final List<UniEmitter<? super Load<String>>> running = new ArrayList<>();
        public final List<String> discarded = new ArrayList<>();
        public int calls;
        public final List<@Nullable Entry> stored = new ArrayList<>();
        public boolean part;

        @Override
        public boolean wantsLess() {
            return part;
        }

        @Override
        public Uni<Load<String>> load(@Nullable Entry stored) {
            calls++;
            this.stored.add(stored);
            return Uni.createFrom().emitter(emitter -> running.add(emitter));
        }

        @Override
        public void discard(String answer) {
            discarded.add(answer);
        }

        public void end(Load<String> load) {
            running.remove(0).complete(load);
        }

        public void end(String body) {
            end(new Load.Storable<>(draft(body)));
        }

        public void breaks(Throwable error) {
            running.remove(0).fail(error);
        }
    }

    /** A loader that has its answer at once. */
    public static Loader<String> now(Load<String> load) {
        return new Loader<>() {
            @Override
            public Uni<Load<String>> load(@Nullable Entry stored) {
                return Uni.createFrom().item(load);
            }

            @Override
            public void discard(String answer) {}
        };
    }

    public static Loader<String> now(String body) {
        return now(new Load.Storable<>(draft(body)));
    }
}
