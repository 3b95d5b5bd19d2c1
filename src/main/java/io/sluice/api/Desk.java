package io.sluice.api;

import io.sluice.gateway.RateLimitFields;
import io.sluice.limit.Asker;
import io.sluice.limit.Limiter;
import io.sluice.limit.Verdict;
import io.sluice.route.RouteTable;
import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import jakarta.enterprise.context.ApplicationScoped;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.InstantSource;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** What the endpoints need of the running gateway. */
@ApplicationScoped
public class Desk {
    private volatile @Nullable Parts parts;

    /** @param table the one in use */
    public record Parts(Limiter limiter, Asker asker, Supplier<RouteTable> table, RateLimitFields fields) {
        /** The fields that a client of these limits is told. */
        public MultiMap headers(Verdict verdict) {
            MultiMap headers = HttpHeaders.headers();
            fields.write(verdict, table.get().headers(), headers);
            if (verdict.outcome() == Verdict.Outcome.DENIED) {
                fields.denied(verdict, headers);
            }
            return headers;
        }
    }

    /** To be called before the first request. */
    public void open(Limiter limiter, Asker asker, Supplier<RouteTable> table) {
        parts = new Parts(limiter, asker, table, new RateLimitFields(InstantSource.system()));
    }

    public Parts parts() {
        Parts open = parts;
        if (open == null) {
            throw new IllegalStateException("not started yet");
        }
        return open;
    }

    /** Whether a header is that token; takes as long for any wrong one. */
    static boolean has(HttpServerRequest request, String header, String prefix, String token) {
        String given = request.getHeader(header);
        return given != null
                && MessageDigest.isEqual(
                        given.getBytes(StandardCharsets.UTF_8), (prefix + token).getBytes(StandardCharsets.UTF_8));
    }
}
