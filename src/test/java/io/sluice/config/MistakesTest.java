package io.sluice.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Each mistake a file can have, and the very words and place it is reported with. */
class MistakesTest {
    private static final String PARTS =
            "client, route, method, address, address/64, header:NAME, query:NAME, cookie:NAME, path:NAME, jwt:CLAIM,"
                    + " entry:NAME";
    private static final String KEY_ACCEPTS = "a list of " + PARTS + "; [] for everyone together";
    private static final String FILE_KEYS =
            "clients, headers, trusted-proxies, jwt, unlimited, denied, postgres, instances, store, cache, limits, routes, domains,"
                    + " check, auth, grpc, openapi";
    private static final String WINDOW = "whole seconds such as 1s, 1m, 1h, 1d, 1mo";
    private static final String DURATION = "a duration such as 500ms, 60s, 10m, 1h, 1d";
    private static final String NUMBER = "a whole number from 1 to 999999999999999";
    private static final String TOP = "" + FILE_KEYS;

    private static String problems(String yaml) {
        Read read = ConfigReader.read("s.yaml", yaml, Map.of("SET", "1m")::get);
        Read.Bad bad = assertInstanceOf(Read.Bad.class, read, () -> "read without a problem:\n" + yaml);
        return bad.problems().stream().map(Problem::toString).collect(Collectors.joining("\n"));
    }

    private static void assertProblems(String yaml, String... expected) {
        assertEquals(String.join("\n", expected), problems(yaml));
    }

    /** A limit {@code x} in line 2 of the file, valid but for what is replaced or added. */
    private static String limit(String... entries) {
        Map<String, String> keys = new java.util.LinkedHashMap<>();
        keys.put("algorithm", "sliding-window");
        keys.put("quota", "10");
        keys.put("window", "1m");
        keys.put("key", "[client]");
        for (String entry : entries) {
            int colon = entry.indexOf(": ");
            keys.put(entry.substring(0, colon), entry.substring(colon + 2));
        }
        StringBuilder out = new StringBuilder("limits:\n  x:\n");
        keys.forEach((key, value) ->
                out.append("    ").append(key).append(": ").append(value).append('\n'));
        return out.toString();
    }

    /** A route {@code r} in line 2 of the file; its own lines start at line 3, column 5. */
    private static String route(String... lines) {
        return "routes:\n  r:\n"
                + List.of(lines).stream().map(line -> "    " + line + "\n").collect(Collectors.joining());
    }

    private static String http(String... lines) {
        return route("path: /a/{id}", "http:", "  url: http://h:1")
                + List.of(lines).stream().map(line -> "      " + line + "\n").collect(Collectors.joining());
    }

    private static String cached(String... lines) {
        return route("path: /a/{id}", "http: { url: \"http://h\" }", "cache:")
                + List.of(lines).stream().map(line -> "      " + line + "\n").collect(Collectors.joining());
    }

    @Test
    void unknown_keys() {
        assertProblems(
                limit("quta: 5"),
                "s.yaml:7:5: unknown key 'quta' in limit 'x'; did you mean 'quota'? accepted: algorithm, quota, window,"
                        + " key, burst, cost, reserve, accounting, on-store-failure, shadow, tier, quotas, on-limit,"
                        + " max-delay, status, body");
        assertProblems(
                "limit:\n", "s.yaml:1:1: unknown key 'limit' in the file; did you mean 'limits'? accepted: " + TOP);
        assertProblems("zzzzzz: 1\n", "s.yaml:1:1: unknown key 'zzzzzz' in the file; accepted: " + TOP);
        assertProblems(
                http("timout: 5s"),
                "s.yaml:6:7: unknown key 'timout' in the http of route 'r'; did you mean 'timeout'? accepted: url,"
                        + " timeout, strip, headers, preserve-host, connect-timeout, max-connections, await-commits");
        assertProblems(
                cached("refresh: 5s"),
                "s.yaml:6:7: unknown key 'refresh' in the cache of route 'r'; accepted: ttl, refresh-after, refresh-early,"
                        + " stale-if-error, negative-ttl, max-entry, tags, vary, forward, client-directives, expose-tags, compress");
        assertProblems(
                "store: { dead-line: 1s }\n",
                "s.yaml:1:10: unknown key 'dead-line' in 'store'; did you mean 'deadline'? accepted: deadline");
    }

    @Test
    void keys_that_are_there_twice() {
        assertProblems(limit() + "    quota: 11\n", "s.yaml:7:5: 'quota' is there twice in limit 'x', first in line 4");
        assertProblems(limit() + "  x: {}\n", "s.yaml:7:3: 'x' is there twice in 'limits', first in line 2");
        assertProblems("limits: {}\nlimits: {}\n", "s.yaml:2:1: 'limits' is there twice in the file, first in line 1");
        assertProblems("limits: { [a]: 1 }\n", "s.yaml:1:11: a key in 'limits' is a list; accepted: a name");
    }

    @Test
    void keys_that_are_missing() {
        assertProblems(
                "limits:\n  x: {}\n",
                "s.yaml:2:3: limit 'x' has no 'algorithm'; accepted: fixed-window, sliding-window, sliding-log, token-bucket, concurrency",
                "s.yaml:2:3: limit 'x' has no 'quota'; accepted: " + NUMBER,
                "s.yaml:2:3: limit 'x' has no 'window'; accepted: " + WINDOW,
                "s.yaml:2:3: limit 'x' has no 'key'; accepted: " + KEY_ACCEPTS);
        assertProblems(
                "routes:\n  r: { http: {} }\n",
                "s.yaml:2:3: route 'r' has no 'path'; accepted: a path such as /products/{id} or /api/**",
                "s.yaml:2:8: the http of route 'r' has no 'url'; accepted: a URL such as http://127.0.0.1:3000");
        assertProblems(
                route("path: /a", "postgres: {}"),
                "s.yaml:4:5: the postgres of route 'r' has no 'sql'; accepted: one SQL statement with parameters such"
                        + " as :id; of routes that write, also a list",
                "s.yaml:4:5: the postgres of route 'r' has no 'returns'; accepted: row, rows, value, page, none");
    }

    @Test
    void values_of_the_wrong_kind() {
        assertProblems(limit("quota: [1]"), "s.yaml:4:12: 'quota' in limit 'x' is a list; accepted: " + NUMBER);
        assertProblems(limit("quota: "), "s.yaml:4:11: 'quota' in limit 'x' has no value; accepted: " + NUMBER);
        assertProblems(
                limit("quota: \"10\""), "s.yaml:4:12: bad value '10' for 'quota' in limit 'x'; accepted: " + NUMBER);
        assertProblems(
                limit("quota: many"), "s.yaml:4:12: bad value 'many' for 'quota' in limit 'x'; accepted: " + NUMBER);
        assertProblems(limit("key: client"), "s.yaml:6:10: 'key' in limit 'x' is 'client'; accepted: " + KEY_ACCEPTS);
        assertProblems(
                limit("key: [{ a: b }]"),
                "s.yaml:6:11: an item of 'key' in limit 'x' is a map; accepted: " + KEY_ACCEPTS);
        assertProblems(
                limit("shadow: yes"), "s.yaml:7:13: bad value 'yes' for 'shadow' in limit 'x'; accepted: true, false");
        assertProblems(
                "limits: [a]\n", "s.yaml:1:9: 'limits' in the file is a list; accepted: a map from names to limits");
        assertProblems("store: 20ms\n", "s.yaml:1:8: 'store' is '20ms'; accepted: a map of deadline");
        assertProblems(
                route("path: /a", "http: { url: \"http://h\" }", "cache:"),
                "s.yaml:5:11: the cache of route 'r' has no value; accepted: a map of ttl, refresh-after, refresh-early,"
                        + " stale-if-error, negative-ttl, max-entry, tags, vary, forward, client-directives, expose-tags, compress");
    }

    @Test
    void numbers_out_of_range() {
        for (String quota : List.of("0", "-5", "1.5", "1e3", "0x10", "1000000000000000", "99999999999999999999")) {
            assertProblems(
                    limit("quota: " + quota),
                    "s.yaml:4:12: bad value '" + quota + "' for 'quota' in limit 'x'; accepted: " + NUMBER);
        }
        assertProblems(
                "instances: 0\n",
                "s.yaml:1:12: bad value '0' for 'instances' in the file; accepted: a whole number from 1 to 100000");
        assertProblems(
                limit("cost: 11"),
                "s.yaml:7:11: a cost of 11 in limit 'x' is more than its quota 10: no request would pass; accepted: at"
                        + " most the quota");
        assertProblems(
                limit("quota: 4294967296"),
                "s.yaml:4:12: no store can count limit 'x' exactly: a quota is from 1 to 4294967295");
        assertProblems(
                limit("algorithm: token-bucket", "burst: 3", "cost: 4"),
                "s.yaml:8:11: a cost of 4 in limit 'x' is more than its burst 3: no request would pass; accepted: at"
                        + " most the burst");
    }

    @Test
    void a_token_bucket_that_doubles_cannot_count_exactly() {
        String exactly = "no store can count limit 'x' exactly: ";
        assertProblems(
                limit("algorithm: token-bucket", "quota: 999999999999989", "window: 1s"),
                "s.yaml:4:12: " + exactly
                        + "burst × quota is too large to count exactly: choose a quota that divides the"
                        + " window's microseconds");
        assertProblems(
                limit("algorithm: token-bucket", "quota: 1", "window: 366d", "burst: 1000"),
                "s.yaml:7:12: " + exactly + "the bucket takes longer to fill than 4000000000 seconds");
        assertInstanceOf(
                Read.Ok.class,
                ConfigReader.read(
                        "s.yaml",
                        limit("algorithm: token-bucket", "quota: 500000000000000", "window: 1s", "burst: 4000000"),
                        name -> null));
    }

    @Test
    void bad_durations() {
        for (String window :
                List.of("1", "m", "0s", "-1s", "1.5s", "500ms", "1500ms", "1h30m", "1 m", "2mo", "1w", "1M", "1S")) {
            assertProblems(
                    limit("window: " + window),
                    "s.yaml:5:13: bad value '" + window + "' for 'window' in limit 'x'; accepted: " + WINDOW);
        }
        assertProblems(
                limit("window: 367d"),
                "s.yaml:5:13: 'window' in limit 'x' is longer than a year; accepted: at most 366d");
        assertProblems(
                limit("window: 1mo"),
                "s.yaml:5:13: a window of 1mo in limit 'x' is only for fixed-window, not sliding-window; accepted: whole"
                        + " seconds such as 1s, 1m, 1h, 30d");
        assertProblems(
                http("timeout: 5"),
                "s.yaml:6:16: bad value '5' for 'timeout' in the http of route 'r'; accepted: " + DURATION);
        assertProblems(
                "store: { deadline: 20 }\n",
                "s.yaml:1:20: bad value '20' for 'deadline' in 'store'; accepted: " + DURATION);
    }

    @Test
    void bad_sizes() {
        for (String size : List.of("1", "1MB", "0B", "1.5MiB", "2GiB", "-1B", "1 MiB")) {
            assertProblems(
                    cached("max-entry: " + size),
                    "s.yaml:6:18: bad value '" + size + "' for 'max-entry' in the cache of route 'r'; accepted: a size"
                            + " such as 512KiB, 1MiB, at most 1GiB");
        }
        assertProblems(
                "cache: { show-keys-to: [here] }\n",
                "s.yaml:1:25: bad value 'here' for 'show-keys-to' in 'cache'; accepted: a list of networks such as"
                        + " 10.0.0.0/8, 2001:db8::/32 or single addresses");
        assertProblems(
                "cache: { near-size: 64 }\n",
                "s.yaml:1:21: bad value '64' for 'near-size' in 'cache'; accepted: a size such as 512KiB, 64MiB, 1GiB");
    }

    @Test
    void bad_urls() {
        Map<String, String> wrong = Map.of(
                "h:1", "it starts with neither http:// nor https://",
                "ftp://h", "it starts with neither http:// nor https://",
                "http://", "it is no URL",
                "http://a b", "it is no URL",
                "http://my_api:1", "it has no host of letters, digits, '-' and '.'",
                "http://h:0", "its port is not from 1 to 65535",
                "http://h:65536", "its port is not from 1 to 65535",
                "http://u:secret@h", "it names a user; set an Authorization header instead",
                "http://h/?a", "it has a query or a fragment");
        wrong.forEach((url, why) -> assertProblems(
                route("path: /a", "http: { url: \"" + url + "\" }"),
                "s.yaml:4:18: bad URL for 'url' in the http of route 'r': " + why
                        + "; accepted: a URL such as http://127.0.0.1:3000"));
    }

    @Test
    void algorithms_and_their_options() {
        assertProblems(
                limit("algorithm: sliding-windows"),
                "s.yaml:3:16: bad value 'sliding-windows' for 'algorithm' in limit 'x'; did you mean 'sliding-window'?"
                        + " accepted: fixed-window, sliding-window, sliding-log, token-bucket, concurrency");
        assertProblems(
                limit("burst: 5"), "s.yaml:7:5: 'burst' in limit 'x' is only for token-bucket, not sliding-window");
        assertProblems(
                limit("on-store-failure: close"),
                "s.yaml:7:23: bad value 'close' for 'on-store-failure' in limit 'x'; did you mean 'closed'? accepted:"
                        + " local, open, closed");
    }

    @Test
    void costs() {
        String accepts = "; accepted: a whole number from 1 to 999999999999999, header:NAME, response-header:NAME";
        for (String bad : new String[] {"0", "-1", "many", "\"5\"", "header:a b", "'header:'"}) {
            String shown = bad.replace("\"", "").replace("'", "");
            assertProblems(
                    limit("cost: " + bad), "s.yaml:7:11: bad value '" + shown + "' for 'cost' in limit 'x'" + accepts);
        }
        assertProblems(
                limit("cost: headers:X-Cost"),
                "s.yaml:7:11: bad value 'headers:X-Cost' for 'cost' in limit 'x'; did you mean 'header:X-Cost'?"
                        + accepts.replace("; accepted", " accepted"));
        assertProblems(
                limit("cost: response-header:X-Tokens"),
                "s.yaml:7:11: a cost known only from the response needs a 'reserve', which is taken until then;"
                        + " accepted: " + NUMBER);
        assertProblems(
                limit("cost: header:X-Cost", "reserve: 5"),
                "s.yaml:8:5: 'reserve' in limit 'x' is only for a cost of response-header:NAME");
        assertProblems(
                limit("cost: 11"),
                "s.yaml:7:11: a cost of 11 in limit 'x' is more than its quota 10: no request would pass; accepted: at"
                        + " most the quota");
        assertProblems(
                limit("cost: response-header:X-Tokens", "reserve: 11"),
                "s.yaml:8:14: a reserve of 11 in limit 'x' is more than its quota 10: no request would pass;"
                        + " accepted: at most the quota");
    }

    @Test
    void tiers() {
        String quotas = "; accepted: a map from tiers to quotas such as {gold: 1000}";
        assertProblems(limit("tier: header:X-Plan"), "s.yaml:7:5: 'tier' in limit 'x' has no 'quotas'" + quotas);
        assertProblems(
                limit("quotas: {gold: 5}"),
                "s.yaml:7:5: 'quotas' in limit 'x' needs a 'tier', which says whose is which; accepted: one of "
                        + PARTS);
        assertProblems(
                limit("tier: header:X-Plan", "quotas: {gold: many}"),
                "s.yaml:8:20: bad quota 'many' of tier 'gold' in 'quotas' in limit 'x'; accepted: " + NUMBER);
    }

    @Test
    void refusals() {
        String duration = "a duration such as 500ms, 60s, 10m, 1h, 1d, at most 1m";
        assertProblems(
                limit("on-limit: wait"),
                "s.yaml:7:15: bad value 'wait' for 'on-limit' in limit 'x'; accepted: reject, delay");
        assertProblems(
                limit("on-limit: delay"),
                "s.yaml:7:5: 'on-limit' in limit 'x' is delay and needs a 'max-delay'; accepted: " + duration);
        assertProblems(limit("max-delay: 1s"), "s.yaml:7:5: 'max-delay' in limit 'x' is only for on-limit: delay");
        assertProblems(
                limit("on-limit: delay", "max-delay: 61s"),
                "s.yaml:8:16: 'max-delay' in limit 'x' is longer than a minute; accepted: " + duration);
        for (String status : new String[] {"399", "600", "ok"}) {
            assertProblems(
                    limit("status: " + status),
                    "s.yaml:7:13: bad value '" + status
                            + "' for 'status' in limit 'x'; accepted: a status from 400 to 599");
        }
        assertProblems(
                limit("shadow: true", "status: 503"),
                "s.yaml:8:5: 'status' in limit 'x' would never be used: a shadow limit denies nothing");
        assertProblems(
                limit("shadow: true", "on-limit: delay", "max-delay: 1s"),
                "s.yaml:8:5: 'on-limit' in limit 'x' would never be used: a shadow limit denies nothing",
                "s.yaml:9:5: 'max-delay' in limit 'x' would never be used: a shadow limit denies nothing");
    }

    @Test
    void keys_that_mean_nothing_under_an_algorithm() {
        assertProblems(
                limit("algorithm: sliding-log", "accounting: leased"),
                "s.yaml:7:5: 'accounting' in limit 'x' is only for fixed-window, sliding-window, token-bucket, not"
                        + " sliding-log");
        assertProblems(
                limit("accounting: leased", "cost: response-header:X-Tokens", "reserve: 1"),
                "s.yaml:7:17: limit 'x' is leased and has a cost known only from the response; accepted: exact, which"
                        + " such a cost implies");
        assertProblems(
                limit("algorithm: concurrency"),
                "s.yaml:5:5: 'window' in limit 'x' is only for fixed-window, sliding-window, sliding-log,"
                        + " token-bucket, not concurrency");
        assertProblems(
                "limits:\n  x: { algorithm: concurrency, quota: 9, key: [], cost: 2 }\n",
                "s.yaml:2:51: 'cost' in limit 'x' is only for fixed-window, sliding-window, sliding-log, token-bucket,"
                        + " not concurrency");
    }

    @Test
    void which_headers_say_the_limits() {
        assertProblems(
                "headers: drafts\n",
                "s.yaml:1:10: bad value 'drafts' for 'headers' in the file; did you mean 'draft'? accepted: draft,"
                        + " legacy, both, none");
    }

    @Test
    void what_is_known_but_not_supported_yet() {
        assertProblems(
                "clients: [jwt:sub]\n",
                "s.yaml:1:11: 'jwt:sub' in 'clients' in the file needs to know whose tokens are believed; accepted: a"
                        + " 'jwt' at the top of the file, such as jwt: { jwks: \"https://issuer/jwks.json\" }");
        assertProblems(
                route("path: /a", "postgres: { sql: SELECT 1, returns: row, max-rows: 5 }"),
                "s.yaml:4:46: 'max-rows' in the postgres of route 'r' is only for lists; accepted: returns: rows");
        assertProblems(
                route("path: /a", "postgres: { sql: SELECT 1, returns: rows, max-rows: 0 }"),
                "s.yaml:4:57: bad value '0' for 'max-rows' in the postgres of route 'r';"
                        + " accepted: a whole number from 1 to 100000");
        assertProblems(
                route("path: /a", "postgres:", "  sql: SELECT 1", "  returns: page", "  page: { style: keyset }"),
                "s.yaml:7:7: the page of route 'r' has no 'order'; accepted: a list of columns such as [price desc, id], each with asc,"
                        + " desc, nulls first, nulls last");
    }

    @Test
    void pages_and_filters() {
        assertProblems(
                route("path: /a", "postgres: { sql: SELECT 1, returns: page }"),
                "s.yaml:4:32: route 'r' returns a page and has no 'page'; accepted: page: { style: keyset, order: [price desc, id] }");
        assertProblems(
                route(
                        "path: /a",
                        "postgres:",
                        "  sql: SELECT 1",
                        "  returns: page",
                        "  filters: { a: equal, b: [lt, lt], c: eq }",
                        "  page: { style: keyst, order: [id down, id, id desc], size: 200, max-size: 100, total: all }"),
                "s.yaml:7:21: bad value 'equal' for the filter on 'a'; accepted: eq, ne, gt, gte, lt, lte, prefix, in",
                "s.yaml:7:36: 'lt' is there twice in the filter on 'b'",
                "s.yaml:8:22: bad value 'keyst' for 'style' in the page of route 'r'; did you mean 'keyset'? accepted: offset, cursor,"
                        + " keyset",
                "s.yaml:8:37: bad value 'id down' for 'order' in the page of route 'r'; accepted: a list of columns such as [price desc,"
                        + " id], each with asc, desc, nulls first, nulls last",
                "s.yaml:8:50: bad value 'id desc' for 'order' in the page of route 'r'; accepted: a list of columns such as [price desc,"
                        + " id], each with asc, desc, nulls first, nulls last",
                "s.yaml:8:66: 'size' in the page of route 'r' is more than its max-size; accepted: at most the max-size",
                "s.yaml:8:93: bad value 'all' for 'total' in the page of route 'r'; accepted: none, estimated, exact");
        assertProblems(
                route("path: /a", "postgres: { sql: SELECT 1, returns: row, filters: { a: eq } }"),
                "s.yaml:4:46: 'filters' in the postgres of route 'r' are only for lists; accepted: returns: rows, page");
    }

    @Test
    void parameters_of_the_sql_that_are_the_pages_own() {
        assertProblems(
                route(
                        "path: /a",
                        "postgres:",
                        "  sql: SELECT * FROM t WHERE n > :after AND m > :limit",
                        "  returns: page",
                        "  page: { style: cursor, order: [id] }"),
                "s.yaml:5:53: the SQL of route 'r' has :limit, which is one of the page's own parameters; accepted: another name");
    }

    @Test
    void filters_that_a_query_could_not_tell_from_something_else() {
        assertProblems(
                route(
                        "path: /a",
                        "postgres:",
                        "  sql: SELECT * FROM t WHERE shop = :shop",
                        "  returns: page",
                        "  filters: { limit: eq, after: lt, offset: [eq], shop: [gt, eq], shop2: eq, cursor: [gt, lt] }",
                        "  page: { style: cursor, order: [id] }"),
                "s.yaml:7:18: the filter on 'limit' is asked for as 'limit', which is one of the page's own parameters; accepted: a"
                        + " column with another name, such as by AS in the SQL",
                "s.yaml:7:54: the filter on 'shop' is asked for as 'shop', which is a parameter of the SQL; accepted: a column with"
                        + " another name, such as by AS in the SQL");
    }

    @Test
    void filters_are_for_reads() {
        assertProblems(
                route("path: /a", "methods: [POST]", "postgres: { sql: SELECT 1, returns: rows, filters: { a: eq } }"),
                "s.yaml:5:47: 'filters' in the postgres of route 'r' are only for routes that read");
    }

    @Test
    void what_writes() {
        assertProblems(
                route(
                        "path: '/a/{id}'",
                        "postgres: { sql: 'SELECT :body.x', returns: none, writes-through: r, max-body: 1KiB }"),
                "s.yaml:4:30: the SQL of route 'r' has :body.x, and a route that reads has no body; accepted: parameters of the path or"
                        + " the query, or methods such as [PUT]",
                "s.yaml:4:49: route 'r' only reads and returns nothing; accepted: row, rows, value, page",
                "s.yaml:4:55: 'writes-through' in the postgres of route 'r' is only for routes that write; accepted: methods such as"
                        + " [PUT]",
                "s.yaml:4:74: 'max-body' in the postgres of route 'r' is only for routes that write; accepted: methods such as [PUT]");
        assertProblems(
                route(
                        "path: '/a/{id}'",
                        "methods: [PUT]",
                        "cache: { ttl: 1s }",
                        "invalidates: ['a:{id}', 'a:{nam}']",
                        "postgres: { sql: 'SELECT :id', returns: none, writes-through: nobody }"),
                "s.yaml:2:3: the tag 'a:{nam}' that route 'r' invalidates names something that the route does not have; accepted: names"
                        + " in braces of the path, of the SQL such as {body.name}, or of returned columns",
                "s.yaml:5:5: route 'r' writes, and only what is read is cached; accepted: no cache here; 'writes-through' and"
                        + " 'invalidates' for what is cached elsewhere",
                "s.yaml:7:67: route 'r' names the route 'nobody', which there is not; accepted: the name of a postgres route that reads"
                        + " one row",
                "s.yaml:7:67: route 'r' writes through 'nobody' and does not return its row; accepted: returns: row, with the columns of"
                        + " that route in RETURNING");
        assertProblems(
                route("path: /a", "http: { url: 'http://h' }", "role: web"),
                "s.yaml:5:5: 'role' in route 'r' is only for postgres routes");
        assertProblems(
                route("path: /a", "role: 'jwt:role'", "postgres: { sql: SELECT 1, returns: row, role: web }"),
                "s.yaml:4:11: 'jwt:role' in 'role' in route 'r' needs to know whose tokens are believed; accepted: a 'jwt' at the top of"
                        + " the file, such as jwt: { jwks: \"https://issuer/jwks.json\" }",
                "s.yaml:5:46: 'role' in the postgres of route 'r' stands on the route too; accepted: one of them");
    }

    @Test
    void parts_of_a_key() {
        assertProblems(
                limit("key: [clients, rout, headr:X, 'header:a b', address/0, address/129, 'query:a=b', 'path:']"),
                "s.yaml:6:11: bad part 'clients' of 'key' in limit 'x'; did you mean 'client'? accepted: "
                        + KEY_ACCEPTS,
                "s.yaml:6:20: bad part 'rout' of 'key' in limit 'x'; did you mean 'route'? accepted: " + KEY_ACCEPTS,
                "s.yaml:6:26: bad part 'headr:X' of 'key' in limit 'x'; did you mean 'header:X'? accepted: "
                        + KEY_ACCEPTS,
                "s.yaml:6:35: bad part 'header:a b' of 'key' in limit 'x'; accepted: " + KEY_ACCEPTS,
                "s.yaml:6:49: bad part 'address/0' of 'key' in limit 'x'; did you mean 'address'? accepted: "
                        + KEY_ACCEPTS,
                "s.yaml:6:60: bad part 'address/129' of 'key' in limit 'x'; accepted: " + KEY_ACCEPTS,
                "s.yaml:6:73: bad part 'query:a=b' of 'key' in limit 'x'; accepted: " + KEY_ACCEPTS,
                "s.yaml:6:86: bad part 'path:' of 'key' in limit 'x'; accepted: " + KEY_ACCEPTS);
        assertProblems(limit("key: [client, client]"), "s.yaml:6:19: 'client' is there twice in 'key' in limit 'x'");
    }

    @Test
    void a_path_parameter_of_a_key_is_on_every_route_that_uses_the_limit() {
        assertProblems(
                limit("key: ['path:id']")
                        + "routes:\n"
                        + "  a: { path: '/a/{id}', limits: [x], http: { url: 'http://h' } }\n"
                        + "  b: { path: '/b/{ids}', limits: [x], http: { url: 'http://h' } }\n"
                        + "  c: { path: '/c', limits: [x], http: { url: 'http://h' } }\n",
                "s.yaml:9:35: limit 'x' is kept per path:id, and the path of route 'b' has no {id}; did you mean 'ids'?"
                        + " accepted: ids",
                "s.yaml:10:29: limit 'x' is kept per path:id, and the path of route 'c' has no {id}; accepted: a path"
                        + " with {id}");
    }

    @Test
    void clients_and_proxies() {
        String sources = "; accepted: a list of header:NAME, query:NAME, cookie:NAME, jwt:CLAIM, address";
        assertProblems(
                "clients: [head:X, adress, 'cookie:', X-API-Key, address, header:Y]\n",
                "s.yaml:1:11: bad source 'head:X' in 'clients' in the file; did you mean 'header:X'?"
                        + sources.replace(";", ""),
                "s.yaml:1:19: bad source 'adress' in 'clients' in the file; did you mean 'address'?"
                        + sources.replace(";", ""),
                "s.yaml:1:27: bad source 'cookie:' in 'clients' in the file" + sources,
                "s.yaml:1:38: bad source 'X-API-Key' in 'clients' in the file" + sources,
                "s.yaml:1:58: 'header:Y' comes after address, which every client has; accepted: address last");
        assertProblems(
                "trusted-proxies: [10.0.0.0/33, localhost, '::1', 10.0.0.1]\n",
                "s.yaml:1:19: bad value '10.0.0.0/33' for 'trusted-proxies' in the file; accepted: a list of networks"
                        + " such as 10.0.0.0/8, 2001:db8::/32 or single addresses",
                "s.yaml:1:32: bad value 'localhost' for 'trusted-proxies' in the file; accepted: a list of networks"
                        + " such as 10.0.0.0/8, 2001:db8::/32 or single addresses");
    }

    @Test
    void limits_that_no_one_declared() {
        assertProblems(
                limit()
                        + "routes:\n  r: { path: /a, limits: [y, perclient, x, x], http: { url: 'http://h' } }\n"
                                .replace("perclient", "zzzzzzz"),
                "s.yaml:8:27: unknown limit 'y' in 'limits' in route 'r'; accepted: x",
                "s.yaml:8:30: unknown limit 'zzzzzzz' in 'limits' in route 'r'; accepted: x",
                "s.yaml:8:42: 'x' is there twice in 'limits' in route 'r'");
        assertProblems(
                limit().replace("  x:", "  per-client:")
                        + "routes:\n  r: { path: /a, limits: [per-cleint], http: { url: 'http://h' } }\n",
                "s.yaml:8:27: unknown limit 'per-cleint' in 'limits' in route 'r'; did you mean 'per-client'? accepted:"
                        + " per-client");
    }

    @Test
    void a_limit_with_a_mistake_is_not_also_unknown() {
        assertProblems(
                limit("quota: 0") + "routes:\n  r: { path: /a, limits: [x], http: { url: 'http://h' } }\n",
                "s.yaml:4:12: bad value '0' for 'quota' in limit 'x'; accepted: " + NUMBER);
    }

    @Test
    void bad_paths() {
        String accepted = "; accepted: a path such as /products/{id} or /api/**";
        assertProblems(
                route("path: /a/{id", "http: { url: 'http://h' }"),
                "s.yaml:3:14: bad path '/a/{id' of route 'r': a parameter stands for a whole segment, as in"
                        + " /products/{id}" + accepted);
        assertProblems(
                route("path: a", "http: { url: 'http://h' }"),
                "s.yaml:3:11: bad path 'a' of route 'r': a path starts with '/'" + accepted);
        assertProblems(
                route("path: \"/a/**/b\"", "http: { url: 'http://h' }"),
                "s.yaml:3:15: bad path '/a/**/b' of route 'r': '**' is only for the end of a path" + accepted);
    }

    @Test
    void routes_that_take_the_same_requests() {
        String http = ", http: { url: 'http://h' } }\n";
        assertProblems(
                "routes:\n  a: { path: /x" + http + "  b: { path: /x, methods: [GET]" + http,
                "s.yaml:3:3: route 'b' takes the path '/x' and methods of route 'a' in line 2; accepted: another path,"
                        + " or methods they do not share");
        assertProblems(
                "routes:\n  a: { path: '/x/{a}', methods: [GET]" + http + "  b: { path: '/x/{b}/', methods: [HEAD]"
                        + http,
                "s.yaml:3:3: route 'b' takes the paths that '/x/{a}' also means and methods of route 'a' in line 2;"
                        + " accepted: another path, or methods they do not share");
        assertInstanceOf(
                Read.Ok.class,
                ConfigReader.read(
                        "s.yaml",
                        "routes:\n  a: { path: /x, methods: [GET]" + http + "  b: { path: /x, methods: [POST]" + http,
                        name -> null));
    }

    @Test
    void methods() {
        String accepted = "accepted: a list of methods such as [GET, POST]";
        assertProblems(
                route("path: /a", "methods: [get, 'G T', PURGE, PURGE]", "http: { url: 'http://h' }"),
                "s.yaml:4:15: bad method 'get' in 'methods' in route 'r'; did you mean 'GET'? " + accepted,
                "s.yaml:4:20: bad method 'G T' in 'methods' in route 'r'; did you mean 'GET'? " + accepted,
                "s.yaml:4:34: 'PURGE' is there twice in 'methods' in route 'r'");
        assertProblems(
                route("path: /a", "methods: []", "http: { url: 'http://h' }"),
                "s.yaml:4:14: 'methods' in route 'r' is empty, so no request would match; accepted: at least one"
                        + " method, or no such key");
        assertProblems(
                route("path: /a", "methods: [OPTIONS]", "postgres: { sql: SELECT 1, returns: row }"),
                "s.yaml:4:15: route 'r' has postgres, which does not answer OPTIONS; accepted: GET, HEAD, POST, PUT, PATCH, DELETE");
        assertProblems(
                route("path: /a", "methods: [GET, PUT]", "postgres: { sql: SELECT 1, returns: row }"),
                "s.yaml:4:20: route 'r' has postgres, which cannot answer both PUT and GET; accepted: methods that read or methods that"
                        + " write, and a route for the others");
    }

    @Test
    void what_answers_on_a_route() {
        assertProblems(route("path: /a"), "s.yaml:2:3: route 'r' has neither http nor postgres; accepted: one of them");
        assertProblems(
                route("path: /a", "http: { url: 'http://h' }", "postgres: { sql: SELECT 1, returns: row }"),
                "s.yaml:5:5: route 'r' has both http and postgres; accepted: one of them");
        assertProblems(
                route("path: /_sluice/quota", "cache: {}"),
                "s.yaml:4:5: route 'r' is the service's own and has no cache");
        assertProblems(
                route("path: /%5fsluice/quota", "http: { url: 'http://h' }"),
                "s.yaml:3:11: route 'r' is under /_sluice/, where the service's own endpoints are; accepted: another"
                        + " path, or a route with path, methods and limits alone");
    }

    @Test
    void bad_factors() {
        for (String factor : List.of("0", "0.0", "-1", "100.001", "1.0001", "1.", ".5", "1e1", "yes", "'1'")) {
            assertProblems(
                    cached("refresh-early: " + factor),
                    "s.yaml:6:22: bad value '" + factor.replace("'", "")
                            + "' for 'refresh-early' in the cache of route 'r';"
                            + " accepted: a number from 0.001 to 100 such as 1 or 0.5");
        }
    }

    @Test
    void caches() {
        assertProblems(
                cached("ttl: 60s", "refresh-after: 60s"),
                "s.yaml:7:22: 'refresh-after' in the cache of route 'r' is not less than its ttl; accepted: less than"
                        + " the ttl");
        assertProblems(
                cached("negative-ttl: 5s"),
                "s.yaml:6:7: 'negative-ttl' in the cache of route 'r' is only for postgres routes, where no row is"
                        + " found");
        assertProblems(
                cached("expose-tags: yes"),
                "s.yaml:6:20: bad value 'yes' for 'expose-tags' in the cache of route 'r'; accepted: true, false");
        assertProblems(
                cached("vary: [a b]"),
                "s.yaml:6:14: bad value 'a b' for 'vary' in the cache of route 'r'; accepted: a list of header names");
        assertProblems(
                cached("vary: [X-Forwarded-For]"),
                "s.yaml:6:13: 'vary' in the cache of route 'r' names what the gateway writes itself, so that no request tells"
                        + " what the origin saw; accepted: other header names, or no cache");
        assertProblems(
                route("path: /a", "cache: { ttl: 1s, forward: [a] }", "postgres: { sql: SELECT 1, returns: row }"),
                "s.yaml:4:23: 'forward' in the cache of route 'r' is only for http routes, whose origins see headers");
        assertProblems(
                cached("client-directives: no"),
                "s.yaml:6:26: bad value 'no' for 'client-directives' in the cache of route 'r'; accepted: true, false");
        assertProblems(
                cached("compress: gzip"),
                "s.yaml:6:17: bad value 'gzip' for 'compress' in the cache of route 'r'; accepted: true, false");
        assertProblems(
                route("path: /a", "cache: { ttl: 1s, expose-tags: true }", "postgres: { sql: SELECT 1, returns: row }"),
                "s.yaml:4:23: 'expose-tags' in the cache of route 'r' is only for http routes, whose origins name tags");
        assertProblems(
                route("path: /a", "cache: {}", "postgres: { sql: SELECT 1, returns: row }"),
                "s.yaml:4:5: the cache of route 'r' has no 'ttl'; accepted: " + DURATION);
        assertProblems(
                cached("tags: [ok, \"p:{ids}\", 'x{', 'a:{id}:{zzzz}']"),
                "s.yaml:6:21: tag 'p:{ids}' names {ids}, which the route does not have; did you mean 'id'? accepted: id",
                "s.yaml:6:31: '{' without '}' in tag 'x{'; accepted: a list of tags such as \"product:{id}\"",
                "s.yaml:6:43: tag 'a:{id}:{zzzz}' names {zzzz}, which the route does not have; accepted: id");
    }

    @Test
    void http_options() {
        assertProblems(
                http("strip: /b"),
                "s.yaml:6:14: '/b' for 'strip' in the http of route 'r' is not what every path of '/a/{id}' starts with;"
                        + " accepted: a prefix of the route's path such as /api");
        assertProblems(
                http("await-commits: 0s"),
                "s.yaml:6:22: bad value '0s' for 'await-commits' in the http of route 'r'; accepted: " + DURATION
                        + ", off");
        assertProblems(
                http("max-connections: 0", "preserve-host: no"),
                "s.yaml:6:24: bad value '0' for 'max-connections' in the http of route 'r'; accepted: a whole number"
                        + " from 1 to 100000",
                "s.yaml:7:22: bad value 'no' for 'preserve-host' in the http of route 'r'; accepted: true, false");
        assertProblems(
                http("headers:", "  set: { Host: x, 'a b': y, X-A: \"a\\nb\", x-a: z }", "  remove: [TE, X-A, Cookie]"),
                "s.yaml:7:16: header 'Host' of route 'r' is the gateway's own; accepted: preserve-host",
                "s.yaml:7:25: header 'a b' of route 'r' is no header name",
                "s.yaml:7:40: the value of header 'X-A' of route 'r' cannot be sent; accepted: printable ASCII"
                        + " characters",
                "s.yaml:7:48: header 'x-a' of route 'r' is there twice",
                "s.yaml:8:18: header 'TE' of route 'r' is the gateway's own",
                "s.yaml:8:22: header 'X-A' of route 'r' is there twice");
    }

    @Test
    void sql_is_reported_where_it_is_wrong() {
        assertProblems(
                route("path: /a", "postgres:", "  returns: row", "  sql: |", "    SELECT 1", "    WHERE a = 'x"),
                "s.yaml:8:19: "
                        + problems(route("path: /a", "postgres: { returns: row, sql: \"'\" }"))
                                .substring("s.yaml:4:37: ".length()));
        assertProblems(
                route("path: /a", "postgres: { returns: row, sql: \" \" }"),
                "s.yaml:4:36: bad value ' ' for 'sql' in the postgres of route 'r'; accepted: one SQL statement with"
                        + " parameters such as :id; of routes that write, also a list");
    }

    @Test
    void a_parameter_of_sql_that_nearly_is_one_of_the_path() {
        assertProblems(
                route("path: '/a/{id}'", "postgres: { returns: row, sql: \"SELECT 1 WHERE a = :ids AND b = :lang\" }"),
                "s.yaml:4:56: the SQL of route 'r' has :ids and leaves {id} of its path unused; did you mean 'id'?"
                        + " accepted: every parameter of the path in the SQL, or none that is near its name");
    }

    @Test
    void names() {
        assertProblems(
                "limits:\n  'a b': { algorithm: fixed-window, quota: 1, window: 1s, key: [] }\n",
                "s.yaml:2:3: bad name 'a b' of a limit; accepted: letters, digits, '.', '_' and '-', at most 64, a"
                        + " letter, a digit or '_' first");
        assertProblems(
                "routes:\n  '': { path: /a, http: { url: 'http://h' } }\n",
                "s.yaml:2:3: bad name '' of a route; accepted: letters, digits, '.', '_' and '-', at most 64, a letter,"
                        + " a digit or '_' first");
    }

    private static String above(String lines) {
        return lines + "limits:\n  x: { algorithm: concurrency, quota: 5, key: [client] }\n"
                + "  y: { algorithm: sliding-window, quota: 5, window: 1m, key: [client] }\n"
                + "routes:\n  r: { path: /a, limits: [y], http: { url: \"http://h\" } }\n";
    }

    @Test
    void who_is_on_a_list() {
        String accepted =
                "; accepted: a list of clients such as header:X-API-Key=alice and networks such as 10.0.0.0/8";
        assertProblems(
                above("clients: [header:X-Key]\ndenied: [header:X-Kay=a, 10.0.0.0/33, alice]\n"),
                "s.yaml:2:10: bad value 'header:X-Kay=a' in 'denied' in the file: 'clients' has no such source; did you mean"
                        + " 'header:X-Key=a'?" + accepted.substring(1),
                "s.yaml:2:26: bad value '10.0.0.0/33' in 'denied' in the file" + accepted,
                "s.yaml:2:39: bad value 'alice' in 'denied' in the file" + accepted);
    }

    @Test
    void whose_tokens_are_believed() {
        assertProblems(
                above("jwt: { issuer: x }\n"), "s.yaml:1:1: 'jwt' has neither 'jwks' nor 'pem'; accepted: one of them");
        assertProblems(
                above("jwt: { pem: /no/such/file }\n"),
                "s.yaml:1:13: the keys in '/no/such/file' of 'jwt' are of no use: it cannot be read; accepted: a file with PUBLIC KEY"
                        + " or CERTIFICATE blocks, or a JWK set");
        assertProblems(
                above("jwt: { jwks: \"http://\" }\n"),
                "s.yaml:1:14: bad value 'http://' for 'jwks' in 'jwt'; accepted: a URL such as https://issuer/jwks.json, or a file");
    }

    @Test
    void what_others_may_ask() {
        assertProblems(
                above("auth: { token: short, limits: [x, z] }\n"),
                "s.yaml:1:16: 'token' in 'auth' is shorter than 8 characters; accepted: a text of at least 8 characters, best from"
                        + " the environment: \"${NAME}\"",
                "s.yaml:1:32: limit 'x' in 'limits' in 'auth' ends with an answer, which whoever asks here never reports; accepted: a"
                        + " limit without concurrency and without a cost from the response",
                "s.yaml:1:35: unknown limit 'z' in 'limits' in 'auth'; accepted: x, y");
        assertProblems(
                above("domains:\n  edge:\n    - { match: [a, b=c], limits: [y], client: d }\n"
                        + "    - { match: [a, b=c], limits: [y] }\n    - { limits: [y] }\ngrpc: { port: 0 }\n"),
                "s.yaml:3:47: 'd' in 'client' in a rule of domain 'edge' is no entry of its 'match'; accepted: one of the keys in"
                        + " 'match'",
                "s.yaml:4:7: a rule of domain 'edge' has the same 'match' as one before; accepted: each 'match' once",
                "s.yaml:5:7: a rule of domain 'edge' has no 'match'; accepted: a list of entries such as [generic_key=api,"
                        + " remote_address]",
                "s.yaml:6:15: bad value '0' for 'port' in 'grpc'; accepted: a port from 1 to 65535");
    }

    @Test
    void the_whole_example_of_the_contract_lacks_only_whose_tokens_are_believed() {
        assertProblems(
                """
                clients: [header:X-API-Key, jwt:sub, address]     # the first present names the client
                trusted-proxies: [10.0.0.0/8]                     # whose X-Forwarded-For / Forwarded is believed, right to left

                limits:
                  per-client: { algorithm: sliding-window, quota: 100, window: 1m, key: [client] }
                  burst:      { algorithm: token-bucket, quota: 10, window: 1s, burst: 20, key: [client, route] }
                  daily:      { algorithm: fixed-window, quota: 50000, window: 1d, key: [client] }        # calendar-aligned, UTC
                  everyone:   { algorithm: sliding-window, quota: 20000, window: 1s, key: [], accounting: leased }
                  in-flight:  { algorithm: concurrency, quota: 64, key: [route] }

                routes:
                  product:
                    path: /products/{id}
                    methods: [GET]
                    limits: [per-client, burst]
                    cache: { ttl: 60s, refresh-after: 45s, stale-if-error: 10m, tags: ["product:{id}"] }
                    postgres: { sql: "SELECT id, name, price FROM product WHERE id = :id", returns: row }
                  products:
                    path: /products
                    limits: [per-client]
                    cache: { ttl: 10s, tags: [product] }
                    postgres:
                      sql: SELECT id, name, price FROM product
                      returns: page
                      page: { style: keyset, order: [price desc, id], size: 20, max-size: 100 }
                  api:
                    path: /api/**
                    limits: [everyone, per-client]
                    cache: {}                                       # RFC 9111: the origin's own headers decide
                    http: { url: "http://127.0.0.1:3000", timeout: 5s }
                """,
                "s.yaml:1:29: 'jwt:sub' in 'clients' in the file needs to know whose tokens are believed; accepted: a"
                        + " 'jwt' at the top of the file, such as jwt: { jwks: \"https://issuer/jwks.json\" }");
    }

    @Test
    void every_mistake_is_reported_in_the_files_order() {
        assertProblems(
                "routes:\n  r: { path: a, limits: [no], http: { url: x } }\nlimits: { l: { quota: 0 } }\nbad: 1\n",
                "s.yaml:2:14: bad path 'a' of route 'r': a path starts with '/'; accepted: a path such as"
                        + " /products/{id} or /api/**",
                "s.yaml:2:26: unknown limit 'no' in 'limits' in route 'r'; accepted: l",
                "s.yaml:2:44: bad URL for 'url' in the http of route 'r': it starts with neither http:// nor https://;"
                        + " accepted: a URL such as http://127.0.0.1:3000",
                "s.yaml:3:11: limit 'l' has no 'algorithm'; accepted: fixed-window, sliding-window, sliding-log, token-bucket, concurrency",
                "s.yaml:3:11: limit 'l' has no 'window'; accepted: " + WINDOW,
                "s.yaml:3:11: limit 'l' has no 'key'; accepted: " + KEY_ACCEPTS,
                "s.yaml:3:23: bad value '0' for 'quota' in limit 'l'; accepted: " + NUMBER,
                "s.yaml:4:1: unknown key 'bad' in the file; accepted: " + TOP);
    }
}
