package io.sluice.origin.postgres;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class EchoTest {
    private final List<String> sent = new ArrayList<>();
    private final List<String> told = new ArrayList<>();
    private final Echo echo = new Echo(sent::add);

    private void ask(String who) {
        echo.ask(received -> told.add(who + " " + received));
    }

    @Test
    void who_comes_while_one_is_under_way_waits_for_the_next_and_all_of_them_for_the_same() {
        ask("a");
        ask("b");
        ask("c");
        assertEquals(List.of("1"), sent);

        echo.received("1");
        assertEquals(List.of("a true"), told);
        assertEquals(List.of("1", "2"), sent);

        ask("d");
        echo.received("2");
        assertEquals(List.of("a true", "b true", "c true"), told);

        echo.received("3");
        assertEquals(List.of("a true", "b true", "c true", "d true"), told);
        assertEquals(List.of("1", "2", "3"), sent);
    }

    @Test
    void what_was_not_sent_last_proves_nothing() {
        ask("a");
        echo.failed();
        ask("b");
        echo.received("1");
        echo.received("x");
        assertEquals(List.of("a false"), told);

        echo.received("2");
        assertEquals(List.of("a false", "b true"), told);
    }

    @Test
    void at_the_end_nobody_is_left_waiting() {
        ask("a");
        ask("b");
        echo.close();
        ask("c");
        assertEquals(List.of("a false", "b false", "c false"), told);
        assertEquals(List.of("1"), sent);
    }
}
