package io.sluice.config;

import io.sluice.client.AccessLists;
import io.sluice.client.AccessLists.Members;
import io.sluice.client.Cidr;
import io.sluice.client.ClientSource;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** Reads {@code unlimited} and {@code denied}. */
final class AccessReader {
    private AccessReader() {}

    /** @param sources of the file: a client that none of them can name is a mistake */
    static AccessLists read(Reading reading, Fields file, List<ClientSource> sources) {
        return new AccessLists(members(reading, file, "unlimited", sources), members(reading, file, "denied", sources));
    }

    private static Members members(Reading reading, Fields file, String key, List<ClientSource> sources) {
        Set<String> names = new LinkedHashSet<>();
        List<Cidr> networks = new ArrayList<>();
        for (Text text : file.texts(key)) {
            Cidr network = Cidr.parse(text.value());
            if (network != null) {
                networks.add(network);
            } else if (sources.stream().anyMatch(source -> names(source, text.value()))) {
                names.add(text.value());
            } else {
                report(reading, file, key, text, sources);
            }
        }
        return new Members(names, networks);
    }

    private static boolean names(ClientSource source, String text) {
        return !(source instanceof ClientSource.Address)
                && text.startsWith(source.prefix())
                && text.length() > source.prefix().length();
    }

    private static void report(Reading reading, Fields file, String key, Text text, List<ClientSource> sources) {
        int equals = text.value().indexOf('=');
        List<String> prefixes = sources.stream()
                .filter(source -> !(source instanceof ClientSource.Address))
                .map(ClientSource::prefix)
                .toList();
        String near = equals < 0 ? null : NearName.of(text.value().substring(0, equals + 1), prefixes);
        reading.problem(
                text.place(),
                "bad value '" + Reading.shortened(text.value()) + "' in " + file.what(key)
                        + (equals < 0 ? "" : ": 'clients' has no such source"),
                near == null ? null : near + text.value().substring(equals + 1),
                file.accepts(key));
    }
}
