package io.sluice.gateway;

import io.sluice.cache.CachePolicy;
import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpHeaders;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * What a load carries of its caller's header fields. What it brings is given to others, so that nothing may have shaped it that they
 * did not ask for.
 */
final class LoadFields {
    /** What would make the origin answer with less than the whole, or that belongs to this gateway's own answer. */
    private static final List<String> OWN = List.of(
            "if-none-match", "if-modified-since", "if-match", "if-unmodified-since", "if-range", "range", "expect");

    /**
     * By these, frameworks and proxies let a request say that it is for another target or of another method than its line says, and
     * write links. They are no part of the key, and a client may send them.
     */
    private static final List<String> OTHER_TARGET = List.of(
            "x-original-url",
            "x-original-uri",
            "x-original-host",
            "x-rewrite-url",
            "x-host",
            "x-http-host-override",
            "x-http-method",
            "x-http-method-override",
            "x-method-override",
            "x-forwarded-path",
            "x-forwarded-port",
            "x-forwarded-prefix",
            "x-forwarded-protocol",
            "x-forwarded-scheme",
            "x-forwarded-server",
            "x-forwarded-ssl",
            "x-forwarded-uri",
            "x-proxyuser-ip",
            "x-script-name",
            "x-url-scheme",
            "front-end-https");

    /** Parts of the key, where a trusted proxy sends them. */
    private static final List<String> KEYED = List.of("x-forwarded-proto", "x-forwarded-host");

    private LoadFields() {}

    static MultiMap of(MultiMap sent, CachePolicy policy) {
        MultiMap carried = HttpHeaders.headers();
        List<String> only = policy.forward();
        if (only == null) {
            carried.addAll(sent);
            for (String name : OTHER_TARGET) {
                if (!policy.vary().contains(name)) {
                    carried.remove(name);
                }
            }
        } else {
            for (Map.Entry<String, String> field : sent) {
                String name = field.getKey().toLowerCase(Locale.ROOT);
                if (only.contains(name) || policy.vary().contains(name) || KEYED.contains(name)) {
                    carried.add(field.getKey(), field.getValue());
                }
            }
        }
        OWN.forEach(carried::remove);
        return carried;
    }
}
