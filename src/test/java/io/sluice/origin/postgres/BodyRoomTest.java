package io.sluice.origin.postgres;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class BodyRoomTest {
    private final BodyRoom room = new BodyRoom(100);

    @Test
    void what_is_held_by_all_is_bounded_and_comes_back() {
        BodyRoom.Part one = room.part();
        BodyRoom.Part two = room.part();
        assertTrue(one.take(60));
        assertTrue(two.take(40));
        assertFalse(one.take(1));
        assertEquals(100, room.held());
        two.giveBack();
        two.giveBack();
        assertEquals(60, room.held());
        assertTrue(room.part().take(40));
    }

    @Test
    void who_is_alone_is_bounded_by_its_route_only() {
        BodyRoom.Part one = room.part();
        assertTrue(one.take(99));
        assertTrue(one.take(99));
        assertFalse(room.part().take(1));
        one.giveBack();
        assertEquals(0, room.held());
    }
}
