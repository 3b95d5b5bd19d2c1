package io.sluice.route;

import io.sluice.limit.Limit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What other gateways ask about: by domain, descriptors (lists of entries, as Envoy's rate limit service has them) and the limits that
 * hold for each. The most specific rule wins: a given value goes before any value, the leftmost first. Immutable.
 */
public final class Domains {
    public static final Domains NONE = new Domains(Map.of());

    /** One entry of a descriptor. */
    public record Entry(String key, String value) {}

    /** @param value null: any */
    public record Match(String key, @Nullable String value) {}

    /**
     * @param matches an entry each, in order
     * @param client the key of the entry that names the client; null: the whole descriptor does
     */
    public record Rule(
            List<Match> matches,
            List<Limit> limits,
            @Nullable String client) {
        public Rule {
            matches = List.copyOf(matches);
            limits = List.copyOf(limits);
        }

        private boolean takes(List<Entry> entries) {
            if (entries.size() != matches.size()) {
                return false;
            }
            for (int i = 0; i < matches.size(); i++) {
                Match match = matches.get(i);
                Entry entry = entries.get(i);
                String wanted = match.value;
                if (!match.key.equals(entry.key) || (wanted != null && !wanted.equals(entry.value))) {
                    return false;
                }
            }
            return true;
        }

        /** Smaller is more specific, among rules with the same keys: a digit for each entry, 0 for a given value. */
        private String rank() {
            StringBuilder rank = new StringBuilder();
            matches.forEach(match -> rank.append(match.value == null ? '1' : '0'));
            return rank.toString();
        }
    }

    private final Map<String, List<Rule>> rules = new HashMap<>();

    public Domains(Map<String, List<Rule>> declared) {
        declared.forEach((domain, list) -> {
            List<Rule> sorted = new ArrayList<>(list);
            sorted.sort(Comparator.comparing(Rule::rank));
            rules.put(domain, List.copyOf(sorted));
        });
    }

    public boolean has(String domain) {
        return rules.containsKey(domain);
    }

    /** Null: no rule takes such a descriptor. */
    public @Nullable Rule find(String domain, List<Entry> entries) {
        for (Rule rule : rules.getOrDefault(domain, List.of())) {
            if (rule.takes(entries)) {
                return rule;
            }
        }
        return null;
    }
}
