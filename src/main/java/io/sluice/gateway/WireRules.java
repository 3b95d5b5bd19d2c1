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
        HttpVersion version = request.version();
        if (version == null) {
            return "the HTTP version is not one this server speaks: HTTP/1.0, HTTP/1.1, HTTP/2";
        }
        MultiMap headers = request.headers();
        if (version != HttpVersion.HTTP_2) {
            String fault = framing(version, headers);
            if (fault != null) {
                return fault;
            }
        }
        return RequestPath.check(path(request.uri()));
    }

    private static @Nullable String framing(HttpVersion version, MultiMap headers) {
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
            if (!isAuthority(host)) {
                return "the Host header is not a host and port (RFC 9110 §7.2)";
            }
        }
        if (version == HttpVersion.HTTP_1_0 && headers.contains(HttpHeaders.TRANSFER_ENCODING)) {
            return "Transfer-Encoding on HTTP/1.0 (RFC 9112 §6.1)";
        }
        return null;
    }

    /** Whether it has only the characters of an authority without user information; empty is allowed (RFC 9110 §7.2). */
    private static boolean isAuthority(String host) {
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
