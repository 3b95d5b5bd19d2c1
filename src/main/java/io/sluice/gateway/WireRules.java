package io.sluice.gateway;

import io.sluice.route.RequestPath;
import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Refuses requests that two parties on the way may read differently, before anything is matched or forwarded
 * (RFC 9112 §2.2 to §6.1, RFC 9110 §7.2). What the server's own decoder refuses never gets here.
 */
final class WireRules {
    private WireRules() {}

    /** Null when the request is fine; else what is wrong with it. */
    static @Nullable String violation(HttpServerRequest request) {
        if (request.uri() == null) {
            return "the request has no path";
        }
        HttpVersion version = request.version();
        if (version == null) {
            return "the HTTP version is not one this server speaks: HTTP/1.0, HTTP/1.1, HTTP/2";
        }
        MultiMap headers = request.headers();
        if (version != HttpVersion.HTTP_2) {
            String fault = framing(request, version, headers);
            if (fault != null) {
                return fault;
            }
        }
        return RequestPath.check(path(originForm(request.uri())));
    }

    /**
     * The request target in origin form: of an absolute one, which a server must take (RFC 9112 §3.2.2), what follows the
     * authority.
     */
    static String originForm(String target) {
        int authority = authority(target);
        if (authority < 0) {
            return target;
        }
        int end = authorityEnd(target, authority);
        return end == target.length()
                ? "/"
                : target.charAt(end) == '?' ? '/' + target.substring(end) : target.substring(end);
    }

    /** The authority of a target in absolute form, which then stands for {@code Host} (RFC 9112 §3.2.2); else null. */
    static @Nullable String targetAuthority(String target) {
        int authority = authority(target);
        return authority < 0 ? null : target.substring(authority, authorityEnd(target, authority));
    }

    private static int authority(String target) {
        if (target.startsWith("/")) {
            return -1;
        }
        return target.regionMatches(true, 0, "http://", 0, 7)
                ? 7
                : target.regionMatches(true, 0, "https://", 0, 8) ? 8 : -1;
    }

    private static int authorityEnd(String target, int authority) {
        int end = authority;
        while (end < target.length() && target.charAt(end) != '/' && target.charAt(end) != '?') {
            end++;
        }
        return end;
    }

    private static @Nullable String framing(HttpServerRequest request, HttpVersion version, MultiMap headers) {
        String host = headers.get(HttpHeaders.HOST);
        if (host == null) {
            if (version == HttpVersion.HTTP_1_1) {
                return "HTTP/1.1 requires a Host header (RFC 9112 §3.2)";
            }
        } else {
            List<String> hosts = headers.getAll(HttpHeaders.HOST);
            if (hosts.size() > 1) {
                return "more than one Host header (RFC 9112 §3.2)";
            }
            String target = targetAuthority(request.uri());
            if (!isAuthority(host) || (target != null && !isAuthority(target))) {
                return "the Host header or the target is not a host and port (RFC 9110 §7.2)";
            }
        }
        String coding = headers.get(HttpHeaders.TRANSFER_ENCODING);
        if (coding != null) {
            if (version == HttpVersion.HTTP_1_0) {
                return "Transfer-Encoding on HTTP/1.0 (RFC 9112 §6.1)";
            }
            if (!coding.equalsIgnoreCase("chunked")
                    || headers.getAll(HttpHeaders.TRANSFER_ENCODING).size() > 1) {
                return "a Transfer-Encoding other than chunked (RFC 9112 §6.3)";
            }
        }
        return null;
    }

    /** Whether it has only the characters of an authority without user information; empty is allowed (RFC 9110 §7.2). */
    static boolean isAuthority(String host) {
        for (int i = 0; i < host.length(); i++) {
            char c = host.charAt(i);
            boolean fine = (c >= 'a' && c <= 'z')
                    || (c >= 'A' && c <= 'Z')
                    || (c >= '0' && c <= '9')
                    || "-._~%!$&'()*+,;=:[]".indexOf(c) >= 0;
            if (!fine) {
                return false;
            }
        }
        return true;
    }

    /** The path of a request target in origin form, as it came, without the query. */
    static String path(String uri) {
        int query = uri.indexOf('?');
        return query < 0 ? uri : uri.substring(0, query);
    }

    /** The query of a request target as it came, empty when there is none. */
    static String query(String uri) {
        int query = uri.indexOf('?');
        return query < 0 ? "" : uri.substring(query + 1);
    }
}
