package io.sluice.cache.http;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Whether an answer that came without a content coding may have a second representation, gzipped, and what that changes in its
 * headers. Headers are names and values in turn.
 */
public final class Gzip {
    /** Below, what is spared is about what the headers take. Bytes. */
    private static final int LEAST = 1024;

    private static final Set<String> TEXTS = Set.of(
            "application/json",
            "application/javascript",
            "application/x-javascript",
            "application/ndjson",
            "application/x-ndjson",
            "application/xml",
            "application/yaml",
            "image/svg+xml");

    /**
     * Not to be transformed, coded already, or signed (RFC 9421), which a coding would break.
     */
    private static final Set<String> CODED_OR_SIGNED = Set.of("content-encoding", "signature");

    /** Of the bytes with their coding, so that they are wrong of others (RFC 9530 §2, §3; RFC 3230; RFC 1864). */
    private static final Set<String> DIGESTS = Set.of("content-digest", "repr-digest", "digest", "content-md5");

    private Gzip() {}

    /**
     * Whether it may be gzipped, and is of a kind and length for which that is worth it.
     *
     * @param length of the body, in bytes
     * @param vary what selects the answer: where the origin itself looks at {@code Accept-Encoding}, whoever finds it stored said the
     *     same as the one that it was loaded for
     * @param loader what the latter accepts
     */
    public static boolean suits(List<String> headers, int length, List<String> vary, AcceptedCodings loader) {
        String type = null;
        for (int i = 0; i < headers.size(); i += 2) {
            String name = headers.get(i).toLowerCase(Locale.ROOT);
            if (CODED_OR_SIGNED.contains(name)) {
                return false;
            } else if (name.equals("content-type")) {
                type = headers.get(i + 1);
            } else if (name.endsWith("cache-control")
                    && CacheControl.parse(List.of(headers.get(i + 1))).has("no-transform")) {
                return false;
            }
        }
        return length >= LEAST && isText(type) && (loader.gzip() || !vary.contains("accept-encoding"));
    }

    private static boolean isText(@Nullable String contentType) {
        if (contentType == null) {
            return false;
        }
        int semicolon = contentType.indexOf(';');
        String type = (semicolon < 0 ? contentType : contentType.substring(0, semicolon))
                .strip()
                .toLowerCase(Locale.ROOT);
        return type.startsWith("text/") || TEXTS.contains(type) || type.endsWith("+json") || type.endsWith("+xml");
    }

    /** Those of an answer that comes in either representation (RFC 9110 §12.5.5). */
    public static List<String> negotiated(List<String> headers) {
        int at = -1;
        for (int i = 0; i < headers.size(); i += 2) {
            if (headers.get(i).equalsIgnoreCase("vary")) {
                if (FieldNames.of(List.of(headers.get(i + 1))).contains("accept-encoding")) {
                    return headers;
                }
                at = i;
            }
        }
        List<String> negotiated = new ArrayList<>(headers);
        if (at < 0) {
            negotiated.add("Vary");
            negotiated.add("Accept-Encoding");
        } else {
            String names = headers.get(at + 1);
            negotiated.set(at + 1, names.isBlank() ? "Accept-Encoding" : names + ", Accept-Encoding");
        }
        return negotiated;
    }

    /** Those of the gzipped representation: with its own tag and coding, without digests of the other one. */
    public static List<String> gzipped(List<String> headers) {
        List<String> gzipped = new ArrayList<>(headers.size() + 2);
        for (int i = 0; i < headers.size(); i += 2) {
            String name = headers.get(i);
            if (!DIGESTS.contains(name.toLowerCase(Locale.ROOT))) {
                gzipped.add(name);
                gzipped.add(name.equalsIgnoreCase("etag") ? Etags.gzipped(headers.get(i + 1)) : headers.get(i + 1));
            }
        }
        gzipped.add("Content-Encoding");
        gzipped.add("gzip");
        return gzipped;
    }
}
