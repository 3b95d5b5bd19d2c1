package io.sluice.origin.postgres;

import org.jspecify.annotations.Nullable;

/** Places in Postgres' write-ahead log as it writes them: {@code 16/B374D848}, two halves of a 64-bit number. */
final class Lsn {
    private Lsn() {}

    /** Null where it is none, or one that no server comes to. */
    static @Nullable Long read(@Nullable String text) {
        int slash = text == null ? -1 : text.indexOf('/');
        if (text == null || slash < 1 || slash > 8 || text.length() - slash < 2 || text.length() - slash > 9) {
            return null;
        }
        for (int i = 0; i < text.length(); i++) {
            if (i != slash && Character.digit(text.charAt(i), 16) < 0) {
                return null;
            }
        }
        long place = Long.parseLong(text, 0, slash, 16) << 32 | Long.parseLong(text, slash + 1, text.length(), 16);
        return place < 0 ? null : Long.valueOf(place);
    }
}
