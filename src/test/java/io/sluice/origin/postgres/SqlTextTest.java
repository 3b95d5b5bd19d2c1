package io.sluice.origin.postgres;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.origin.postgres.SqlText.Parsed;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SqlTextTest {
    private static Parsed.Ok ok(String sql) {
        return assertInstanceOf(Parsed.Ok.class, SqlText.parse(sql));
    }

    @Test
    void a_string_with_escapes_goes_on_behind_a_comment_with_its_escapes() {
        String string = "E'a' -- it's\n -- two\n '\\' :no'";
        assertEquals(
                new SqlText.Parsed.Ok("SELECT " + string + ", $1", List.of("yes")),
                SqlText.parse("SELECT " + string + ", :yes"));
        assertEquals(
                new SqlText.Parsed.Ok("SELECT E'a' - '\\', $1", List.of("yes")),
                SqlText.parse("SELECT E'a' - '\\', :yes"));
    }

    @Test
    void parameters_are_numbered_by_their_first_appearance() {
        Parsed.Ok parsed = ok("SELECT :b, :a, :b::int + 1 FROM t WHERE x=:a");
        assertEquals("SELECT $1, $2, $1::int + 1 FROM t WHERE x=$2", parsed.text());
        assertEquals(List.of("b", "a"), parsed.names());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "SELECT ':a', 'it''s :a', E'\\' :a', e'x''\\\\', U&':a', 'a\\'",
                "SELECT \":a\", \"q\"\"u :a\"",
                "SELECT $$ :a '$$, $t$ :a $$ $t$, a$b$c",
                "SELECT 1 -- :a ' /*\n",
                "SELECT /* :a /* ' */ :b */ 1",
                "SELECT a[1:2], x::int, f(y := 2), 1e5",
                "SELECT E'a'\n  'b\\' :a'",
                "SELECT né:: text"
            })
    void strings_names_comments_casts_and_slices_stay_as_they_are(String sql) {
        Parsed.Ok parsed = ok(sql);
        assertEquals(List.of(), parsed.names());
        assertTrue(sql.startsWith(parsed.text()), parsed.text());
    }

    @Test
    void a_semicolon_at_the_end_goes_and_another_statement_is_refused_where_it_starts() {
        assertEquals("SELECT 1", ok("SELECT 1 ; -- done\n ;").text());
        assertEquals(new Parsed.Bad("only one statement is accepted", 10), SqlText.parse("SELECT 1; DELETE"));
    }

    @Test
    void what_does_not_end_is_refused_where_it_starts() {
        for (String open : List.of("'x", "E'x\\'", "\"x", "$$x", "$t$ $$", "/* /* */")) {
            assertEquals(
                    7,
                    assertInstanceOf(Parsed.Bad.class, SqlText.parse("SELECT " + open))
                                    .offset()
                            - (open.startsWith("E") ? 1 : 0),
                    open);
        }
        assertInstanceOf(Parsed.Bad.class, SqlText.parse(" -- nothing"));
        assertInstanceOf(Parsed.Bad.class, SqlText.parse("SELECT $1"));
    }

    @Test
    void an_offset_leads_back_to_the_declared_sql() throws Exception {
        String sql = "SELECT :first, :second FROM nowhere";
        SqlTemplate template = SqlText.template(sql);
        assertEquals(
                sql.indexOf("nowhere"), template.declared(template.numbered().indexOf("nowhere")));
        assertEquals(
                sql.indexOf(":second"), template.declared(template.numbered().indexOf("$2")));
        assertEquals(0, template.declared(0));
    }

    /** Tokens with what they must become; between them always a space, so that none runs into another. */
    @Provide
    Arbitrary<List<String>> tokens() {
        Arbitrary<String> inside =
                Arbitraries.of(":a", "::", "--", "/*", "*/", "$$", "$1", ";", "é", " ", "x", "\n", "''", "\"\"");
        Arbitrary<String> text = inside.list().ofMaxSize(6).map(parts -> String.join("", parts));
        Arbitrary<String> opaque = Arbitraries.oneOf(
                text.map(it -> "'" + it + "'"),
                text.map(it -> "E'" + it + "\\''"),
                text.map(it -> "\"" + it + "\""),
                text.map(it -> "$q$" + it + "$q$"),
                text.map(it -> "--" + it.replace("\n", "") + "\n"),
                text.map(it -> "/*" + it.replace("/*", "").replace("*/", "").replaceAll("[*/]", "") + " */"));
        return Arbitraries.oneOf(opaque, Arbitraries.of(":p", ":q", "::int", "a[1:2]", "select", ":=", "+"))
                .list()
                .ofMinSize(1)
                .ofMaxSize(12);
    }

    @Property(tries = 500)
    void only_parameters_change(@ForAll("tokens") List<String> tokens) {
        StringBuilder sql = new StringBuilder("select ");
        StringBuilder expected = new StringBuilder("select ");
        List<String> names = new java.util.ArrayList<>();
        for (String token : tokens) {
            sql.append(token).append(' ');
            if (token.equals(":p") || token.equals(":q")) {
                if (!names.contains(token.substring(1))) {
                    names.add(token.substring(1));
                }
                expected.append('$')
                        .append(names.indexOf(token.substring(1)) + 1)
                        .append(' ');
            } else {
                expected.append(token).append(' ');
            }
        }
        sql.append("end");
        expected.append("end");
        Parsed.Ok parsed = ok(sql.toString());
        assertEquals(expected.toString(), parsed.text());
        assertEquals(names, parsed.names());
    }
}
