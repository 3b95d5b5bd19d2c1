package io.sluice.cache;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class TagsTest {
    private static List<String> render(String... templates) {
        return Tags.render(List.of(templates), Map.of("id", "42", "shop", "a")::get);
    }

    @Test
    void a_tag_of_a_row_comes_with_the_tag_of_its_table() {
        assertEquals(List.of("product", "product:42"), render("product:{id}"));
    }

    @Test
    void plain_tags_and_several_values_are_filled() {
        assertEquals(List.of("all", "row", "row:a/42"), render("all", "row:{shop}/{id}", "all"));
    }

    @Test
    void tags_of_the_route_and_of_the_origin_are_joined_each_once() {
        assertEquals(List.of("a", "b", "c"), Tags.join(List.of("a", "b"), List.of("c", "b")));
        assertEquals(List.of("a"), Tags.join(List.of("a"), List.of()));
    }

    @Test
    void an_absent_value_leaves_the_table() {
        assertEquals(List.of("product"), render("product:{missing}"));
    }

    @Test
    void a_value_with_several_spellings_carries_the_plain_one_too() {
        assertEquals(
                List.of("product", "product:042", "product:42"),
                Tags.render(List.of("product:{id}"), Map.of("id", "042")::get));
    }

    @Test
    void every_tag_with_a_colon_comes_with_what_stands_before_it() {
        assertEquals(
                List.of("a", "a:b", "shop", "shop:all"),
                Tags.render(List.of("{x}", "shop:all"), Map.of("x", "a:b")::get));
    }
}
