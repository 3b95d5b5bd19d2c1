package io.sluice.client;

import org.jspecify.annotations.Nullable;

/** Earlier hops of a request, the nearest first. */
interface Hops {
    /** The hop before, or null when there is none or it cannot be read; not called again after that. */
    @Nullable
    IpAddress next();

    /** An address with or without a port: {@code 1.2.3.4:80}, {@code [::1]:80}, {@code ::1}. */
    static @Nullable IpAddress node(String text, int from, int to) {
        if (from >= to) {
            return null;
        }
        int end = to;
        int start = from;
        if (text.charAt(from) == '[') {
            int close = text.indexOf(']', from);
            if (close < 0 || close >= to || (close + 1 < to && !isPort(text, close + 1, to))) {
                return null;
            }
            start = from + 1;
            end = close;
            int colon = text.indexOf(':', start);
            return colon < 0 || colon >= end ? null : IpText.parse(text, start, end);
        }
        int colon = text.indexOf(':', from);
        if (colon >= 0 && colon < to && text.lastIndexOf(':', to - 1) == colon) {
            if (!isPort(text, colon, to)) {
                return null;
            }
            end = colon;
        }
        return IpText.parse(text, start, end);
    }

    private static boolean isPort(String text, int colon, int to) {
        int digits = to - colon - 1;
        if (text.charAt(colon) != ':' || digits < 1 || digits > 5) {
            return false;
        }
        for (int i = colon + 1; i < to; i++) {
            if (text.charAt(i) < '0' || text.charAt(i) > '9') {
                return false;
            }
        }
        return true;
    }
}
