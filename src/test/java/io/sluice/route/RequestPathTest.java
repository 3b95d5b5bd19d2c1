package io.sluice.route;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RequestPathTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "/.",
                "/..",
                "/./",
                "/../",
                "/a/..",
                "/a/../b",
                "/a/.",
                "/%2e",
                "/%2E%2e/x",
                "/.%2e",
                "/%2e./",
                "/%252e",
                "/a/%252e%252E/b",
                "/%25252e./",
                "/a%2f..",
                "/a%2F%2e%2e%2Fb",
                "/..%2fb",
                "/a%252f..%252fb",
                "/..\\b",
                "/a\\..",
                "/a%5c..%5cb",
                "/a%255c..",
                "/..;x/b",
                "/.;/b",
                "/%2e%2e;x"
            })
    void dot_segments_are_refused_however_written(String path) {
        String wrong = RequestPath.check(path);
        assertNotNull(wrong);
        assertEquals(true, wrong.contains("dot segment"), wrong);
    }

    @ParameterizedTest
    @CsvSource({
        "/a%00, an encoded control character in the path",
        "/%0a, an encoded control character in the path",
        "/%1F, an encoded control character in the path",
        "/%7f, an encoded control character in the path",
        "/%zz, broken percent-encoding in the path",
        "/%, broken percent-encoding in the path",
        "/a%4, broken percent-encoding in the path",
        "/%u002e, broken percent-encoding in the path",
        "/a#b, a fragment in the path",
        "a/b, the path does not start with '/'",
        "http://h/a, the path does not start with '/'",
        "*, the path does not start with '/'",
        "'', the path does not start with '/'"
    })
    void what_can_be_read_in_two_ways_is_refused(String path, String reason) {
        assertEquals(reason, RequestPath.check(path));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 9, 10, 13, 31, 32, 127})
    void raw_control_characters_are_refused(int character) {
        assertEquals("a space or control character in the path", RequestPath.check("/a" + (char) character + "b"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/",
                "//",
                "/a//b",
                "/a|b",
                "/a%2Fb",
                "/{x}",
                "/a^b",
                "/a\"b",
                "/a\\b",
                "/caf\u00e9",
                "/caf%E9",
                "/caf%C3%A9",
                "/...",
                "/.../a",
                "/a.",
                "/.a",
                "/..a",
                "/a..",
                "/.well-known/x",
                "/a..b/",
                "/%2ea",
                "/%252ea",
                "/a%25b",
                "/100%25",
                "/%2525",
                "/a;b=..",
                "/..%61",
                "/%2e%2e%2e",
                "/A/b",
                "/a,b",
                "/x..;y",
                "/%25zz",
                "/~"
            })
    void everything_else_is_fine(String path) {
        assertNull(RequestPath.check(path));
    }
}
