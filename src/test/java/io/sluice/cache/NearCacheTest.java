package io.sluice.cache;

import static io.sluice.cache.Drafts.KEY;
import static io.sluice.cache.Drafts.entry;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class NearCacheTest {
    private final NearCache<String> near = new NearCache<>(1 << 20);

    private static Slot.Kept<String> kept(long start, long epoch) {
        Near<String> made = new Near<>(entry("v", start), "v", 0);
        return new Slot.Kept<>(made, new String[0], epoch, 0);
    }

    @Test
    void an_entry_does_not_replace_one_whose_load_began_later() {
        Slot.Kept<String> later = kept(9, 0);
        near.put(KEY, later);
        near.put(KEY, kept(5, 0));
        assertSame(later, near.get(KEY));
    }

    @Test
    void an_entry_of_another_epoch_is_replaced_though_its_clock_was_ahead() {
        near.put(KEY, kept(9, 0));
        Slot.Kept<String> now = kept(5, 1);
        near.put(KEY, now);
        assertSame(now, near.get(KEY));
    }

    @Test
    void what_grows_is_counted_and_bounded() {
        Body gzipped = Body.of("value ".repeat(100_000).getBytes(StandardCharsets.UTF_8))
                .gzip(false);
        near.put(KEY, kept(gzipped));
        long before = near.weight();
        gzipped.plain();
        near.weigh(KEY);
        assertEquals(before + 600_000, near.weight());
        near.put(new CacheKey("product", "/other"), kept(Body.of(new byte[500_000])));
        assertEquals(1, near.size(), "both are more than a MiB");
    }

    private static Slot.Kept<String> kept(Body body) {
        Entry entry = new Entry(200, List.of(), body, 1, 0, 1, Long.MAX_VALUE, 0, 0, 0, List.of());
        return new Slot.Kept<>(new Near<>(entry, "v", 0), new String[0], 0, 0);
    }

    @Test
    void long_header_values_do_not_make_long_keys_and_are_told_apart() {
        String text = "x".repeat(30_000);
        List<String> names = List.of("accept-language");
        CacheKey one = Variants.select(KEY, names, name -> text + "1").at();
        CacheKey other = Variants.select(KEY, names, name -> text + "2").at();
        assertNotEquals(one, other);
        assertTrue(one.text().length() < 300);
        assertEquals(one, Variants.select(KEY, names, name -> text + "1").at());
    }
}
