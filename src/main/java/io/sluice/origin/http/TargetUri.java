package io.sluice.origin.http;

import org.jspecify.annotations.Nullable;

/** What the origin is asked for: the URI as it came, without the stripped prefix, behind the origin's base path. */
final class TargetUri {
    private final String base;
    private final @Nullable String strip;

    TargetUri(@Nullable String basePath, @Nullable String strip) {
        this.base = trimmed(basePath == null ? "" : basePath);
        this.strip = strip == null || trimmed(strip).isEmpty() ? null : trimmed(strip);
    }

    private static String trimmed(String path) {
        return path.endsWith("/") ? path.substring(0, path.length() - 1) : path;
    }

    /** Whether it stays within a request line: what does not could start a request of its own. */
    static boolean writable(String uri) {
        for (int i = 0; i < uri.length(); i++) {
            char c = uri.charAt(i);
            if (c <= ' ' || c == 0x7f) {
                return false;
            }
        }
        return true;
    }

    /** @param uri path and query in origin form */
    String of(String uri) {
        int from = strip == null ? 0 : after(uri, strip);
        if (from == 0) {
            return base.isEmpty() ? uri : base + uri;
        }
        String rest = uri.substring(from);
        return rest.startsWith("/") ? base + rest : base + "/" + rest;
    }

    /**
     * Where the prefix ends in the URI; 0 if it does not start with it. Routes are matched on the normalised path, so the
     * prefix may be spelled with escapes and doubled slashes.
     */
    private static int after(String uri, String prefix) {
        int at = 0;
        for (int i = 0; i < prefix.length(); i++) {
            if (at >= uri.length()) {
                return 0;
            }
            char c = uri.charAt(at);
            int next = at + 1;
            if (c == '%' && at + 2 < uri.length()) {
                int high = Character.digit(uri.charAt(at + 1), 16);
                int low = Character.digit(uri.charAt(at + 2), 16);
                if (high >= 0 && low >= 0) {
                    c = (char) (high << 4 | low);
                    next = at + 3;
                }
            }
            if (c != prefix.charAt(i)) {
                return 0;
            }
            at = next;
            while (c == '/' && at < uri.length() && uri.charAt(at) == '/') {
                at++;
            }
        }
        return at == uri.length() || uri.charAt(at) == '/' || uri.charAt(at) == '?' ? at : 0;
    }
}
