package io.sluice.limit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class LimitKeyTest {
    private static final List<KeyPart> ALL = List.of(
            new KeyPart.Client(),
            new KeyPart.Route(),
            new KeyPart.Method(),
            new KeyPart.Address(64),
            new KeyPart.Header("h"),
            new KeyPart.Query("q"),
            new KeyPart.Cookie("k"),
            new KeyPart.Path("p"));

    private record Facts(String client, String route, String method, Map<String, String> named) implements Subject {
        @Override
        public String address(int prefix) {
            return "2001:db8::/" + prefix;
        }

        @Override
        public @Nullable String header(String name) {
            return named.get(name);
        }

        @Override
        public @Nullable String query(String name) {
            return named.get(name);
        }

        @Override
        public @Nullable String cookie(String name) {
            return named.get(name);
        }

        @Override
        public @Nullable String path(String name) {
            return named.get(name);
        }

        @Override
        public @Nullable String claim(String name) {
            return named.get(name);
        }

        @Override
        public @Nullable String entry(String name) {
            return named.get(name);
        }
    }

    private static Limit limit(String name, Algorithm algorithm, List<KeyPart> key, long quota) {
        return Limit.of(name, algorithm, quota, Window.ofSeconds(60), key);
    }

    @Property(tries = 1000, edgeCases = EdgeCasesMode.NONE)
    void two_requests_share_a_key_only_if_every_part_is_the_same(
            @ForAll("facts") Subject one, @ForAll("facts") Subject other) {
        Limit limit = limit("n", new Algorithm.SlidingWindow(), ALL, 1);
        assertEquals(one.equals(other), LimitKey.of(limit, one).equals(LimitKey.of(limit, other)));
    }

    /** Values made of what a key is made of, so that one could pass for another. */
    @Provide
    Arbitrary<Subject> facts() {
        Arbitrary<String> value = Arbitraries.of("", "a", "1:a", "}", "1}a", "-", "r1:a", "a0:", "h1:h-", "1:", ":");
        return Combinators.combine(value, value, value, Arbitraries.maps(Arbitraries.of("h", "q", "k", "p"), value))
                .as(Facts::new);
    }

    @Test
    void an_absent_value_differs_from_an_empty_one() {
        Limit limit = limit("n", new Algorithm.SlidingWindow(), List.of(new KeyPart.Header("h")), 1);
        assertNotEquals(
                LimitKey.of(limit, new Facts("c", "r", "GET", Map.of())),
                LimitKey.of(limit, new Facts("c", "r", "GET", Map.of("h", ""))));
    }

    @Test
    void a_key_stays_short_however_long_a_value_is_and_still_differs() {
        Limit limit = limit("n", new Algorithm.SlidingWindow(), List.of(new KeyPart.Client()), 1);
        String key = LimitKey.of(limit, new Facts("x".repeat(30_000), "r", "GET", Map.of()));
        assertTrue(key.length() < 200, key);
        assertEquals(key, LimitKey.of(limit, new Facts("x".repeat(30_000), "r", "GET", Map.of())));
        assertNotEquals(key, LimitKey.of(limit, new Facts("x".repeat(30_001), "r", "GET", Map.of())));
        String asIs = key.substring(key.indexOf('#'));
        assertNotEquals(key, LimitKey.of(limit, new Facts(asIs, "r", "GET", Map.of())));
        assertNotEquals(key, LimitKey.of(limit, new Facts(asIs.substring(1), "r", "GET", Map.of())));
    }

    @Test
    void a_changed_algorithm_key_or_name_starts_anew_and_a_changed_quota_does_not() {
        Subject subject = new Facts("c", "r", "GET", Map.of());
        List<KeyPart> client = List.of(new KeyPart.Client());
        String key = LimitKey.of(limit("n", new Algorithm.TokenBucket(5), client, 1), subject);
        assertEquals(key, LimitKey.of(limit("n", new Algorithm.TokenBucket(6), client, 2), subject));
        assertNotEquals(key, LimitKey.of(limit("n", new Algorithm.FixedWindow(), client, 1), subject));
        assertNotEquals(key, LimitKey.of(limit("m", new Algorithm.TokenBucket(5), client, 1), subject));
        assertNotEquals(
                key, LimitKey.of(limit("n", new Algorithm.TokenBucket(5), List.of(new KeyPart.Route()), 1), subject));
        assertNotEquals(
                LimitKey.of(limit("n", new Algorithm.TokenBucket(5), List.of(new KeyPart.Address(48)), 1), subject),
                LimitKey.of(limit("n", new Algorithm.TokenBucket(5), List.of(new KeyPart.Address(64)), 1), subject));
    }

    @Test
    void without_parts_everyone_shares_one_key() {
        Limit limit = limit("everyone", new Algorithm.SlidingWindow(), List.of(), 1);
        String key = LimitKey.of(limit, new Facts("a", "b", "GET", Map.of("h", "1")));
        assertEquals(key, LimitKey.of(limit, new Facts("x", "y", "PUT", Map.of())));
        assertTrue(key.startsWith(LimitKey.PREFIX));
    }

    @Test
    void the_limits_of_one_client_share_a_slot_whatever_else_their_keys_have() {
        Subject subject = new Facts("a}b{c", "r", "GET", Map.of("h", "1"));
        Set<String> tags = new HashSet<>();
        for (List<KeyPart> key : List.<List<KeyPart>>of(
                List.of(new KeyPart.Client()),
                List.of(new KeyPart.Route(), new KeyPart.Client()),
                List.of(new KeyPart.Header("h"), new KeyPart.Method(), new KeyPart.Client()))) {
            tags.add(tag(LimitKey.of(limit("n" + key.size(), new Algorithm.SlidingWindow(), key, 1), subject)));
        }
        assertEquals(Set.of("5:a"), tags, "up to the first brace that closes, as Redis reads it");
    }

    @Test
    void keys_without_a_client_are_placed_by_what_tells_callers_apart_else_by_the_limit() {
        Subject subject = new Facts("c", "r", "GET", Map.of("h", "x"));
        Algorithm sliding = new Algorithm.SlidingWindow();
        List<KeyPart> header = List.of(new KeyPart.Route(), new KeyPart.Header("h"));
        assertEquals("1:x", tag(LimitKey.of(limit("n", sliding, header, 1), subject)));
        assertEquals("1:r", tag(LimitKey.of(limit("n", sliding, List.of(new KeyPart.Route()), 1), subject)));
        assertEquals("8:everyone", tag(LimitKey.of(limit("everyone", sliding, List.of(), 1), subject)));
        assertEquals(
                "-",
                tag(LimitKey.of(limit("n", sliding, header, 1), new Facts("c", "r", "GET", Map.of()))),
                "what is absent still has a place");
    }

    @Property(tries = 1000, edgeCases = EdgeCasesMode.NONE)
    void whichever_part_stands_in_the_braces_two_requests_share_a_key_only_if_every_part_is_the_same(
            @ForAll("facts") Subject one, @ForAll("facts") Subject other, @ForAll("keys") List<KeyPart> key) {
        Limit limit = limit("n", new Algorithm.SlidingWindow(), key, 1);
        boolean same =
                key.stream().allMatch(part -> Objects.equals(LimitKey.value(part, one), LimitKey.value(part, other)));
        assertEquals(same, LimitKey.of(limit, one).equals(LimitKey.of(limit, other)));
    }

    @Provide
    Arbitrary<List<KeyPart>> keys() {
        return Arbitraries.shuffle(ALL)
                .flatMap(parts ->
                        Arbitraries.integers().between(0, parts.size()).map(n -> List.copyOf(parts.subList(0, n))));
    }

    private static String tag(String key) {
        int from = key.indexOf('{') + 1;
        return key.substring(from, key.indexOf('}', from));
    }
}
