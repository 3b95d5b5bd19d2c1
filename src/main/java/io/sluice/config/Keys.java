package io.sluice.config;

import java.util.ArrayList;
import java.util.List;

/**
 * Every key of {@code sluice.yaml}, with what it accepts. These tables decide what is an unknown key and are what its
 * message lists, so the reader and the messages cannot disagree.
 */
final class Keys {
    private static final String DURATION = "a duration such as 500ms, 60s, 10m, 1h, 1d";
    private static final String MEMBERS =
            "a list of clients such as header:X-API-Key=alice and networks such as 10.0.0.0/8";
    private static final String FLAG = "true, false";
    private static final String PART =
            "client, route, method, address, address/64, header:NAME, query:NAME, cookie:NAME,"
                    + " path:NAME, jwt:CLAIM, entry:NAME";

    /**
     * @param name as written
     * @param accepts its values, in words
     * @param supported false where the key is known but nothing of this version acts on it
     */
    record Key(String name, String accepts, boolean supported) {
        Key(String name, String accepts) {
            this(name, accepts, true);
        }
    }

    record Section(List<Key> keys) {
        Section(Key... keys) {
            this(List.of(keys));
        }

        Key key(String name) {
            for (Key key : keys) {
                if (key.name.equals(name)) {
                    return key;
                }
            }
            throw new IllegalArgumentException(name);
        }

        boolean has(String name) {
            return keys.stream().anyMatch(key -> key.name.equals(name));
        }

        /** What may be written; keys that are not supported are left out. */
        List<String> names() {
            List<String> names = new ArrayList<>();
            for (Key key : keys) {
                if (key.supported) {
                    names.add(key.name);
                }
            }
            return names;
        }
    }

    private static final String OPERATORS = "eq, ne, gt, gte, lt, lte, prefix, in";

    private static final String NETWORKS = "a list of networks such as 10.0.0.0/8, 2001:db8::/32 or single addresses";

    static final Section FILE = new Section(
            new Key("clients", "a list of header:NAME, query:NAME, cookie:NAME, jwt:CLAIM, address"),
            new Key("headers", "draft, legacy, both, none"),
            new Key("trusted-proxies", NETWORKS),
            new Key("jwt", "a map"),
            new Key("unlimited", MEMBERS),
            new Key("denied", MEMBERS),
            new Key("postgres", "a map"),
            new Key("instances", "a whole number from 1 to 100000"),
            new Key("store", "a map"),
            new Key("cache", "a map"),
            new Key("limits", "a map from names to limits"),
            new Key("routes", "a map from names to routes"),
            new Key("domains", "a map from names to lists of rules"),
            new Key("check", "a map"),
            new Key("auth", "a map"),
            new Key("grpc", "a map"),
            new Key("openapi", "a map, off"));

    private static final Key LIMITS = new Key("limits", "a list of names of limits");
    private static final Key TOKEN =
            new Key("token", "a text of at least 8 characters, best from the environment: \"${NAME}\"");

    static final Section RULE = new Section(
            new Key("match", "a list of entries such as [generic_key=api, remote_address]"),
            LIMITS,
            new Key("client", "one of the keys in 'match'"));

    static final Section CHECK = new Section(TOKEN);

    static final Section AUTH = new Section(TOKEN, LIMITS);

    static final Section GRPC = new Section(new Key("port", "a port from 1 to 65535"));

    static final Section OPENAPI = new Section(
            new Key("title", "a text"),
            new Key("version", "a text such as 1.0.0"),
            new Key("description", "a text"),
            new Key("servers", "a list of URLs such as https://api.example.org/shop"),
            new Key("http", FLAG));

    static final Section JWT = new Section(
            new Key("jwks", "a URL such as https://issuer/jwks.json, or a file"),
            new Key("pem", "a file with PUBLIC KEY or CERTIFICATE blocks, or a JWK set"),
            new Key("issuer", "a text"),
            new Key("audience", "a text"),
            new Key("leeway", DURATION),
            new Key("header", "the name of a header"));

    private static final String PATH = "a file";
    private static final String PEM = "a PEM file";
    private static final String PROVIDER = "a URL such as https://secrets.example";
    private static final String VARIABLE = "the identifier of a variable such as prod/db/password";

    private static final String SERVER = "a URL such as postgresql://db.example:5432/shop, without user and password";

    static final Section DATABASE = new Section(
            new Key("credentials", "a map"),
            new Key("pool", "a map"),
            new Key("pooler", "transaction"),
            new Key("listen", SERVER),
            new Key("replicas", SERVER + ", or a list of them"),
            new Key("max-lag", DURATION + ", from 100ms to 1h"),
            new Key("replica-wait", DURATION + ", from 1ms to 10s"),
            new Key("cursor-key", "a text of at least 16 characters, best from the environment: \"${NAME}\""));

    static final Section POOL = new Section(
            new Key("size", "a whole number from 1 to 10000"),
            new Key("waiting", "a whole number from 0 to 1000000"),
            new Key("wait", DURATION + ", from 1ms to 1h"),
            new Key("max-lifetime", DURATION + ", from 1s to 1d"),
            new Key("idle", DURATION + ", from 1s to 1d"),
            new Key("pipelining", "a whole number from 1 to 10000"));

    static final Section CREDENTIALS = new Section(
            new Key("file", "a map"),
            new Key("vault", "a map"),
            new Key("cyberark", "a map"),
            new Key("conjur", "a map"),
            new Key("refresh", DURATION + ", from 100ms to 1d"),
            new Key("timeout", DURATION + ", from 10ms to 1m"));

    static final Section CREDENTIAL_FILES = new Section(
            new Key("directory", "a folder with the files username and password"),
            new Key("username", PATH),
            new Key("password", PATH));

    static final Section VAULT = new Section(
            new Key("path", "a path of Vault such as secret/data/sluice or database/creds/sluice"),
            new Key("username-key", "a name"),
            new Key("password-key", "a name"));

    static final Section CYBERARK = new Section(
            new Key("url", PROVIDER),
            new Key("app-id", "a text"),
            new Key("safe", "a text"),
            new Key("object", "a text"),
            new Key("folder", "a text"),
            new Key("certificate", PEM),
            new Key("key", PEM),
            new Key("trust", PEM));

    static final Section CONJUR = new Section(
            new Key("url", PROVIDER),
            new Key("account", "a text"),
            new Key("login", "a text such as host/sluice"),
            new Key("api-key", "\"${NAME}\", from the environment"),
            new Key("api-key-file", PATH),
            new Key("username", VARIABLE),
            new Key("password", VARIABLE),
            new Key("trust", PEM));

    static final Section STORE = new Section(new Key("deadline", DURATION));

    static final Section NEAR =
            new Section(new Key("near-size", "a size such as 512KiB, 64MiB, 1GiB"), new Key("show-keys-to", NETWORKS));

    static final Section LIMIT = new Section(
            new Key("algorithm", "fixed-window, sliding-window, sliding-log, token-bucket, concurrency"),
            new Key("quota", "a whole number from 1 to 999999999999999"),
            new Key("window", "whole seconds such as 1s, 1m, 1h, 1d, 1mo"),
            new Key("key", "a list of " + PART + "; [] for everyone together"),
            new Key("burst", "a whole number from 1 to 999999999999999"),
            new Key("cost", "a whole number from 1 to 999999999999999, header:NAME, response-header:NAME"),
            new Key("reserve", "a whole number from 1 to 999999999999999"),
            new Key("accounting", "exact, leased"),
            new Key("on-store-failure", "local, open, closed"),
            new Key("shadow", FLAG),
            new Key("tier", "one of " + PART),
            new Key("quotas", "a map from tiers to quotas such as {gold: 1000}"),
            new Key("on-limit", "reject, delay"),
            new Key("max-delay", DURATION + ", at most 1m"),
            new Key("status", "a status from 400 to 599"),
            new Key(
                    "body",
                    "a text, in which {limit}, {status}, {quota}, {remaining}, {reset}, {retry-after} are replaced"));

    private static final Key ROLE = new Key("role", "a role of the database, jwt:CLAIM, or a list of them");
    private static final Key CLAIMS = new Key("claims", "a list of names of claims");
    private static final Key STRICT = new Key("strict", FLAG);
    private static final Key MAX_COST = new Key("max-cost", "a number in the planner's units such as 10000");
    private static final Key WRITES_THROUGH = new Key("writes-through", "the name of a route that reads one row");
    private static final Key INVALIDATES = new Key("invalidates", "a list of tags such as \"product:{id}\"");

    static final Section ROUTE = new Section(
            new Key("path", "a path such as /products/{id} or /api/**"),
            new Key("methods", "a list of methods such as [GET, POST]"),
            new Key("limits", "a list of names of limits"),
            new Key("cache", "a map; {} for what the origin's own headers say"),
            new Key("http", "a map"),
            new Key("postgres", "a map"),
            ROLE,
            CLAIMS,
            STRICT,
            MAX_COST,
            WRITES_THROUGH,
            INVALIDATES);

    static final Section CACHE = new Section(
            new Key("ttl", DURATION),
            new Key("refresh-after", DURATION),
            new Key("refresh-early", "a number from 0.001 to 100 such as 1 or 0.5"),
            new Key("stale-if-error", DURATION),
            new Key("negative-ttl", DURATION),
            new Key("max-entry", "a size such as 512KiB, 1MiB, at most 1GiB"),
            new Key("tags", "a list of tags such as \"product:{id}\""),
            new Key("vary", "a list of header names"),
            new Key("forward", "a list of header names"),
            new Key("client-directives", FLAG),
            new Key("expose-tags", FLAG),
            new Key("compress", FLAG));

    static final Section HTTP = new Section(
            new Key("url", "a URL such as http://127.0.0.1:3000"),
            new Key("timeout", DURATION),
            new Key("strip", "a prefix of the route's path such as /api"),
            new Key("headers", "a map"),
            new Key("preserve-host", FLAG),
            new Key("connect-timeout", DURATION),
            new Key("max-connections", "a whole number from 1 to 100000"),
            new Key("await-commits", DURATION + ", off"));

    static final Section HEADERS = new Section(
            new Key("set", "a map from header names to values"), new Key("remove", "a list of header names"));

    static final Section POSTGRES = new Section(
            new Key("sql", "one SQL statement with parameters such as :id; of routes that write, also a list"),
            new Key("returns", "row, rows, value, page, none"),
            new Key("max-rows", "a whole number from 1 to 100000"),
            new Key("timeout", DURATION),
            new Key("page", "a map"),
            new Key("filters", "a map from columns to " + OPERATORS + ", or lists of them"),
            new Key("read-only", FLAG),
            new Key("max-body", "a size such as 16KiB, at most 64MiB"),
            new Key("ignore-unknown", FLAG),
            new Key("idempotency-key", "optional, required"),
            new Key("status", "200, 201, 202, 204"),
            new Key("matches", "the name of a route that reads one row"),
            ROLE,
            CLAIMS,
            STRICT,
            MAX_COST,
            WRITES_THROUGH,
            INVALIDATES);

    static final Section PAGE = new Section(
            new Key("style", "offset, cursor, keyset"),
            new Key(
                    "order",
                    "a list of columns such as [price desc, id], each with asc, desc, nulls first, nulls last"),
            new Key("size", "a whole number from 1 to 10000"),
            new Key("max-size", "a whole number from 1 to 10000"),
            new Key("total", "none, estimated, exact"));

    private Keys() {}
}
