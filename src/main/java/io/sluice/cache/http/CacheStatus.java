package io.sluice.cache.http;

import java.nio.charset.StandardCharsets;
import java.util.HexFormat;

/** The Cache-Status field's value (RFC 9211) of this cache. */
public final class CacheStatus {
    public static final String MISS = "sluice; fwd=miss";
    /** The answer to another caller could not be shared: this one asked for itself alone. */
    public static final String PASS = "sluice; fwd=miss; detail=\"pass\"";

    public static final String MISS_STORED = "sluice; fwd=miss; stored";
    public static final String MISS_COLLAPSED = "sluice; fwd=miss; collapsed";
    public static final String MISS_STORED_COLLAPSED = "sluice; fwd=miss; stored; collapsed";
    public static final String STALE = "sluice; fwd=stale";
    public static final String STALE_STORED = "sluice; fwd=stale; stored";
    public static final String STALE_COLLAPSED = "sluice; fwd=stale; collapsed";
    public static final String STALE_STORED_COLLAPSED = "sluice; fwd=stale; stored; collapsed";
    public static final String BYPASS = "sluice; fwd=bypass";
    public static final String METHOD = "sluice; fwd=method";
    /** The request asked for it (RFC 9211 §2.2). */
    public static final String REQUEST = "sluice; fwd=request";

    public static final String REQUEST_STORED = "sluice; fwd=request; stored";

    /** Nothing stored, and the request did not want the origin asked. */
    public static final String ONLY_IF_CACHED = "sluice; detail=\"only-if-cached\"";

    private CacheStatus() {}

    /** {@code sluice; hit; ttl=42}; the time to live is negative for a stale hit. */
    public static String hit(long ttlSeconds) {
        return "sluice; hit; ttl=" + ttlSeconds;
    }

    /** A load that another or this caller waited for. */
    public static String loaded(boolean expired, boolean stored, boolean collapsed) {
        if (expired) {
            if (stored) {
                return collapsed ? STALE_STORED_COLLAPSED : STALE_STORED;
            }
            return collapsed ? STALE_COLLAPSED : STALE;
        }
        if (stored) {
            return collapsed ? MISS_STORED_COLLAPSED : MISS_STORED;
        }
        return collapsed ? MISS_COLLAPSED : MISS;
    }

    /** With what the origin answered when that is not what is sent (RFC 9211 §2.3). */
    public static String withStatus(String value, int forwardedStatus) {
        return value + "; fwd-status=" + forwardedStatus;
    }

    /** With what the answer is stored under (RFC 9211 §2.7): what no String can hold (RFC 8941 §3.3.3) is percent-encoded. */
    public static String withKey(String value, String key) {
        StringBuilder text = new StringBuilder(value).append("; key=\"");
        for (byte octet : key.getBytes(StandardCharsets.UTF_8)) {
            if (octet < ' ' || octet == 0x7f || octet == '"' || octet == '\\') {
                text.append('%').append(HexFormat.of().withUpperCase().toHexDigits(octet));
            } else {
                text.append((char) octet);
            }
        }
        return text.append('"').toString();
    }

    /** With a reason (RFC 9211 §2.8), a token or plain text without quotes. */
    public static String withDetail(String value, String detail) {
        return value + "; detail=\"" + detail + '"';
    }
}
