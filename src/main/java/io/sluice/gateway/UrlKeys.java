package io.sluice.gateway;

import io.sluice.cache.CacheKey;
import io.sluice.route.Match;
import io.sluice.route.RequestPath;
import io.sluice.route.Route;
import io.sluice.route.RouteTable;
import io.sluice.route.Target;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** What the answers to a GET of one URL are stored under. */
public sealed interface UrlKeys {
    /** @param keys one for each way that the request may come: as it is, and through a trusted proxy that tells of the URL */
    record Found(List<CacheKey> keys) implements UrlKeys {}

    /** @param why such a URL has no answer stored */
    record None(String why) implements UrlKeys {}

    /**
     * @param url absolute, http or https, spelled as its requests are: its authority as their {@code Host}, its path and
     *     query byte for byte
     */
    static UrlKeys of(String url, RouteTable table) {
        String authority = WireRules.targetAuthority(url);
        if (authority == null || authority.isEmpty() || !WireRules.isAuthority(authority)) {
            return new None("no absolute URL of http or https");
        }
        if (!url.chars().allMatch(c -> c > ' ' && c < 0x7f && c != '#')) {
            return new None("a space, a fragment or a character that a request has to encode");
        }
        String uri = WireRules.originForm(url);
        String fault = RequestPath.check(WireRules.path(uri));
        if (fault != null) {
            return new None(fault);
        }
        Match match = table.match("GET", WireRules.path(uri));
        if (!(match instanceof Match.Found found) || found.route().target() instanceof Target.Own) {
            return new None("no route takes a GET of it");
        }
        return found.route().target() instanceof Target.Postgres
                ? ofRow(found, uri)
                : http(found.route(), url.regionMatches(true, 0, "https", 0, 5) ? "https" : "http", authority, uri);
    }

    /** Of a URL that declared SQL answers. */
    static UrlKeys ofRow(Match.Found found, String uri) {
        Target.Postgres target = (Target.Postgres) found.route().target();
        if (Identities.differ(target)) {
            return new None("its answers depend on who asks: purge a tag, or the route");
        }
        if (found.undecodable() != null) {
            return new None("parameter '" + found.undecodable() + "' is not UTF-8");
        }
        Map<String, List<String>> query = RequestSubject.decode(WireRules.query(uri));
        if (query == null) {
            return new None("the query's percent-encoding is broken");
        }
        String text = CacheKeys.values(new CacheKeys.Values(WireRules.path(uri), found.parameters(), query), target);
        return text == null
                ? new None("a parameter of its route is missing, comes more than once or is not known")
                : new Found(List.of(new CacheKey(found.route().name(), text)));
    }

    /**
     * Whether TLS ends here or before, and which of the two fields a trusted proxy sends, is not known: each way has a key
     * of its own.
     */
    private static UrlKeys http(Route route, String scheme, String authority, String uri) {
        String host = String.valueOf(CacheKeys.normal(authority, scheme));
        String fingerprint = ((Target.Http) route.target()).fingerprint();
        List<CacheKey> keys = new ArrayList<>();
        for (String wire : List.of("http", "https")) {
            keys.add(new CacheKey(route.name(), CacheKeys.direct(fingerprint, wire, host, uri)));
            for (int told = 1; told <= 3; told++) {
                List<String> protos = (told & 1) == 0 ? List.of() : List.of(scheme);
                List<String> hosts = (told & 2) == 0 ? List.of() : List.of(host);
                keys.add(new CacheKey(route.name(), CacheKeys.forwarded(fingerprint, wire, host, uri, protos, hosts)));
            }
        }
        // TLS may end before without a word of it, and its clients may write the port that it has by default.
        if (scheme.equals("https") && host.indexOf(':') < 0) {
            keys.add(new CacheKey(route.name(), CacheKeys.direct(fingerprint, "http", host + ":443", uri)));
        }
        return new Found(List.copyOf(keys));
    }
}
