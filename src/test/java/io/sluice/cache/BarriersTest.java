package io.sluice.cache;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class BarriersTest {
    private static final String[] A = {"t:a"};

    @Test
    void a_tie_is_void() {
        Barriers barriers = new Barriers(10);
        barriers.hear(List.of("t:a"), 7);
        assertTrue(barriers.isVoid(A, 7));
        assertFalse(barriers.isVoid(A, 8));
    }

    @Test
    void barriers_out_of_order_are_noticed_and_the_later_one_holds() {
        Barriers barriers = new Barriers(10);
        barriers.hear(List.of("t:a"), 9);
        long heard = barriers.heard();
        barriers.hear(List.of("t:a", "t:b"), 5);
        assertNotEquals(heard, barriers.heard());
        assertTrue(barriers.isVoid(A, 9));
        assertTrue(barriers.isVoid(new String[] {"t:b"}, 5));
    }

    @Test
    void missed_messages_begin_another_epoch() {
        Barriers barriers = new Barriers(10);
        long epoch = barriers.epoch();
        long heard = barriers.heard();
        barriers.missed();
        assertNotEquals(epoch, barriers.epoch());
        assertNotEquals(heard, barriers.heard());
    }

    @Test
    void a_soft_barrier_makes_stale_what_is_not_younger_and_voids_nothing() {
        Barriers barriers = new Barriers(10);
        barriers.hear(List.of("~t:a"), 7);
        assertEquals(7, barriers.softened(A, 7), "a tie");
        assertEquals(Barriers.NEVER, barriers.softened(A, 8));
        assertEquals(Barriers.NEVER, barriers.softened(new String[] {"t:b"}, 7));
        barriers.hear(List.of("~*"), 9);
        assertEquals(7, barriers.softened(A, 7), "the first that hit it");
        assertEquals(9, barriers.softened(A, 8));
        assertEquals(9, barriers.softened(new String[0], 9));
        assertEquals(Barriers.NEVER, barriers.softened(A, 10));
        assertFalse(barriers.isVoid(A, 0));
        assertTrue(barriers.refuses(A, 9));
        assertFalse(barriers.refuses(A, 10));
    }

    @Test
    void a_forgotten_soft_barrier_voids_what_it_made_stale() {
        Barriers barriers = new Barriers(2);
        for (int i = 1; i <= 5; i++) {
            barriers.hear(List.of("~t:" + i), i);
        }
        assertTrue(barriers.isVoid(new String[] {"t:1"}, 1));
        assertTrue(barriers.refuses(new String[] {"t:1"}, 1));
        assertFalse(barriers.isVoid(new String[] {"t:5"}, 5));
        assertEquals(5, barriers.softened(new String[] {"t:5"}, 5));
    }

    @Test
    void names_below_the_floor_are_dropped_a_few_at_a_time() {
        Barriers barriers = new Barriers(1000);
        for (int i = 1; i <= 1000; i++) {
            barriers.hear(List.of("t:" + i), i);
        }
        barriers.hear(List.of(Barriers.EVERYTHING), 2000);
        assertTrue(barriers.size() > 900);
        assertTrue(barriers.isVoid(A, 2000));
        for (int i = 1; i <= 200; i++) {
            barriers.hear(List.of("t:new"), 2000 + i);
        }
        assertEquals(1, barriers.size());
        assertTrue(barriers.isVoid(new String[] {"t:new"}, 2200));
        assertFalse(barriers.isVoid(A, 2001));
    }

    @Property(tries = 300)
    void forgetting_never_makes_a_void_entry_valid(
            @ForAll @Size(max = 60) List<@IntRange(max = 11) Integer> names,
            @ForAll @IntRange(max = 11) int asked,
            @ForAll @IntRange(max = 70) int start) {
        Barriers barriers = new Barriers(4);
        Map<String, Long> oracle = new HashMap<>();
        long instant = 1;
        for (int name : names) {
            String text = name == 11 ? "*" : "t:" + name;
            barriers.hear(List.of(text), instant);
            oracle.put(text, instant++);
        }
        String[] of = {"t:" + asked};
        boolean isVoid = start <= oracle.getOrDefault(of[0], -1L) || start <= oracle.getOrDefault("*", -1L);
        if (isVoid) {
            assertTrue(barriers.isVoid(of, start));
        }
        assertFalse(barriers.isVoid(of, instant), "what begins later is never void");
        assertTrue(barriers.size() <= 4);
        assertEquals(names.size(), barriers.heard());
    }
}
