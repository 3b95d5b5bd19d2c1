package io.sluice.config;

import io.sluice.client.Cidr;
import io.sluice.client.ClientSource;
import io.sluice.client.TrustedProxies;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads {@code clients} and {@code trusted-proxies}. */
final class ClientsReader {
    private static final List<String> SOURCES = List.of("header", "query", "cookie", "jwt");

    private final Reading reading;
    private final Fields file;

    ClientsReader(Reading reading, Fields file) {
        this.reading = reading;
        this.file = file;
    }

    /** Left out: the address. */
    List<ClientSource> clients() {
        List<ClientSource> sources = new ArrayList<>();
        for (Text text : file.texts("clients")) {
            ClientSource source = source(text.value());
            if (source == null) {
                report(text);
            } else if (sources.contains(source)) {
                file.problem(text.place(), "'" + text.value() + "' is there twice in " + file.what("clients"), null);
            } else if (sources.contains(new ClientSource.Address())) {
                file.problem(
                        text.place(),
                        "'" + text.value() + "' comes after address, which every client has",
                        "address last");
            } else {
                sources.add(source);
                if (source instanceof ClientSource.Jwt) {
                    reading.needsTokens(text, file.what("clients"));
                }
            }
        }
        return sources.isEmpty() ? List.of(new ClientSource.Address()) : sources;
    }

    private void report(Text text) {
        String value = text.value();
        int colon = value.indexOf(':');
        String near = NearName.of(colon < 0 ? value : value.substring(0, colon), SOURCES);
        String address = NearName.of(value, List.of("address"));
        String meant = address != null
                ? address
                : near == null || colon < 0 || SOURCES.contains(value.substring(0, colon))
                        ? null
                        : near + value.substring(colon);
        reading.problem(
                text.place(),
                "bad source '" + Reading.shortened(value) + "' in " + file.what("clients"),
                meant,
                file.accepts("clients"));
    }

    private static @Nullable ClientSource source(String text) {
        if (text.equals("address")) {
            return new ClientSource.Address();
        }
        int colon = text.indexOf(':');
        if (colon < 0) {
            return null;
        }
        String name = text.substring(colon + 1);
        return switch (text.substring(0, colon)) {
            case "header" -> Names.isToken(name) ? new ClientSource.Header(name) : null;
            case "cookie" -> Names.isToken(name) ? new ClientSource.Cookie(name) : null;
            case "jwt" -> name.isEmpty() ? null : new ClientSource.Jwt(name);
            case "query" -> Names.isQueryName(name) ? new ClientSource.Query(name) : null;
            default -> null;
        };
    }

    TrustedProxies trustedProxies() {
        return new TrustedProxies(networks(file, "trusted-proxies"));
    }

    static List<Cidr> networks(Fields fields, String key) {
        List<Cidr> networks = new ArrayList<>();
        for (Text text : fields.texts(key)) {
            Cidr network = Cidr.parse(text.value());
            if (network == null) {
                fields.bad(key, text);
            } else {
                networks.add(network);
            }
        }
        return networks;
    }
}
