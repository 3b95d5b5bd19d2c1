package io.sluice.route;

import io.sluice.client.AddressPrefix;
import io.sluice.limit.Subject;
import io.sluice.route.Domains.Entry;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A descriptor as what a limit's key may be made of: its entries, its client, and the address in {@code remote_address}. The route
 * is the domain.
 */
public record DescriptorSubject(
        String domain, List<Entry> entries, @Nullable String clientKey) implements Subject {
    private static final String ADDRESS = "remote_address";

    @Override
    public String client() {
        if (clientKey != null) {
            return "entry:" + clientKey + '=' + entry(clientKey);
        }
        StringBuilder all = new StringBuilder("descriptor:");
        for (Entry entry : entries) {
            all.append(entry.key().length())
                    .append(':')
                    .append(entry.key())
                    .append(entry.value().length())
                    .append(':')
                    .append(entry.value());
        }
        return all.toString();
    }

    @Override
    public String route() {
        return domain;
    }

    @Override
    public String method() {
        return "";
    }

    @Override
    public String address(int prefix) {
        String address = entry(ADDRESS);
        return address == null ? "" : AddressPrefix.keep(address, prefix);
    }

    @Override
    public @Nullable String header(String name) {
        return null;
    }

    @Override
    public @Nullable String query(String name) {
        return null;
    }

    @Override
    public @Nullable String cookie(String name) {
        return null;
    }

    @Override
    public @Nullable String path(String name) {
        return null;
    }

    @Override
    public @Nullable String claim(String name) {
        return null;
    }

    /** The value of the first entry with that key. */
    @Override
    public @Nullable String entry(String name) {
        for (Entry entry : entries) {
            if (entry.key().equals(name)) {
                return entry.value();
            }
        }
        return null;
    }
}
