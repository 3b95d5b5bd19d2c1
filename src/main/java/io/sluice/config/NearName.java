package io.sluice.config;

import java.util.Collection;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Finds what a mistyped name was meant to be. */
final class NearName {
    private NearName() {}

    /** The candidate with the fewest edits, if few enough for the name's length that it is no coincidence; else null. */
    static @Nullable String of(String name, Collection<String> candidates) {
        String best = null;
        int fewest = name.length() <= 3 ? 2 : name.length() <= 7 ? 3 : 4;
        for (String candidate : candidates) {
            int edits = edits(name.toLowerCase(Locale.ROOT), candidate.toLowerCase(Locale.ROOT));
            if (edits < fewest && edits < candidate.length()) {
                fewest = edits;
                best = candidate;
            }
        }
        return best;
    }

    /** Optimal string alignment: a swap of neighbours is one edit (Damerau 1964). */
    private static int edits(String a, String b) {
        int[][] cost = new int[a.length() + 1][b.length() + 1];
        for (int i = 0; i <= a.length(); i++) {
            for (int j = 0; j <= b.length(); j++) {
                if (i == 0 || j == 0) {
                    cost[i][j] = i + j;
                    continue;
                }
                int same = a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1;
                int least = Math.min(Math.min(cost[i - 1][j] + 1, cost[i][j - 1] + 1), cost[i - 1][j - 1] + same);
                boolean swapped =
                        i > 1 && j > 1 && a.charAt(i - 1) == b.charAt(j - 2) && a.charAt(i - 2) == b.charAt(j - 1);
                cost[i][j] = swapped ? Math.min(least, cost[i - 2][j - 2] + 1) : least;
            }
        }
        return cost[a.length()][b.length()];
    }
}
