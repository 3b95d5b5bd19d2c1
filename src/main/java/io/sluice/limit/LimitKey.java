package io.sluice.limit;

/** Builds the counter's key from a limit and a request, such that no two different sets of parts give the same key. */
public final class LimitKey {
    private LimitKey() {}

    public static String of(Limit limit, Subject subject) {
        throw new UnsupportedOperationException();
    }
}
