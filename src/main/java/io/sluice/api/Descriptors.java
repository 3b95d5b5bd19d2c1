package io.sluice.api;

import io.sluice.limit.Ask;
import io.sluice.limit.Asker;
import io.sluice.limit.Decision;
import io.sluice.limit.Limit;
import io.sluice.limit.Verdict;
import io.sluice.route.DescriptorSubject;
import io.sluice.route.Domains;
import io.sluice.route.Domains.Entry;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The descriptors of one question, and what their limits are asked: all in one, so that a question is all or nothing.
 *
 * @param unmatched how many descriptors no rule takes
 */
public record Descriptors(List<Part> parts, List<Ask> asks, int unmatched) {
    /** So many there may be in one question: what one call holds up the store for is bounded. */
    public static final int MOST = 100;

    /** One descriptor: where its asks are among all; none where no rule takes it. */
    public record Part(int from, int to) {}

    /** A descriptor and the units that it asks for. */
    public record Wanted(List<Entry> entries, long hits) {}

    public static Descriptors of(Domains domains, Asker asker, String domain, List<Wanted> wanted) {
        List<Part> parts = new ArrayList<>();
        List<Ask> asks = new ArrayList<>();
        int unmatched = 0;
        for (Wanted one : wanted) {
            int from = asks.size();
            Domains.Rule rule = domains.find(domain, one.entries());
            if (rule == null) {
                unmatched++;
            } else {
                DescriptorSubject subject = new DescriptorSubject(domain, one.entries(), rule.client());
                for (Limit limit : rule.limits()) {
                    asks.add(asker.ask(limit, subject, one.hits()));
                }
            }
            parts.add(new Part(from, asks.size()));
        }
        return new Descriptors(parts, asks, unmatched);
    }

    /**
     * What a verdict says of an ask: a verdict on a denial that is remembered leaves out what is not known.
     *
     * @return null: nothing
     */
    public @Nullable Decision decision(Verdict verdict, int index) {
        if (verdict.asks().size() == asks.size()) {
            return verdict.decisions().get(index);
        }
        int told = verdict.asks().indexOf(asks.get(index));
        return told < 0 ? null : verdict.decisions().get(told);
    }
}
