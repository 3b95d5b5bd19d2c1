package io.sluice.config;

import io.sluice.origin.http.HttpSpec;
import io.sluice.route.PathPattern;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Reads an HTTP origin. */
final class HttpReader {
    private static final long DEFAULT_TIMEOUT = 30_000_000;
    private static final long DEFAULT_CONNECT_TIMEOUT = 2_000_000;
    private static final long DEFAULT_MAX_CONNECTIONS = 256;
    private static final long DEFAULT_AWAIT_COMMITS = 250_000;

    /** What the forwarding itself decides; set by hand they would break framing or contradict {@code preserve-host}. */
    private static final Set<String> OURS = Set.of(
            "host",
            "connection",
            "content-length",
            "transfer-encoding",
            "te",
            "trailer",
            "upgrade",
            "keep-alive",
            "proxy-connection",
            "expect");

    private final Reading reading;
    private final String route;
    private final Fields fields;

    private HttpReader(Reading reading, String route, Fields fields) {
        this.reading = reading;
        this.route = route;
        this.fields = fields;
    }

    /** Null when something could not be read, which was reported. */
    static TargetConfig.@Nullable Http read(
            Reading reading, Fields routeFields, String route, @Nullable PathPattern path) {
        Fields fields = routeFields.map("http", Keys.HTTP, "the http of route '" + route + "'");
        return fields == null ? null : new HttpReader(reading, route, fields).read(path, routeFields.keyPlace("http"));
    }

    private TargetConfig.@Nullable Http read(@Nullable PathPattern path, Place place) {
        fields.require("url");
        URI url = url();
        Long timeout = fields.micros("timeout");
        String strip = strip(path);
        Fields headers = fields.map("headers", Keys.HEADERS, "the headers of route '" + route + "'");
        Map<String, String> set = headers == null ? Map.of() : set(headers);
        List<String> remove = headers == null ? List.of() : remove(headers, set.keySet());
        boolean preserveHost = fields.flag("preserve-host");
        Long connect = fields.micros("connect-timeout");
        Long connections = fields.number("max-connections", 1, 100_000);
        Duration awaitCommits = awaitCommits();
        if (url == null) {
            return null;
        }
        HttpSpec spec = new HttpSpec(
                route,
                url,
                micros(timeout, DEFAULT_TIMEOUT),
                strip,
                set,
                remove,
                preserveHost,
                micros(connect, DEFAULT_CONNECT_TIMEOUT),
                (int) (connections == null ? DEFAULT_MAX_CONNECTIONS : connections));
        return new TargetConfig.Http(spec, awaitCommits, place);
    }

    private Duration awaitCommits() {
        Text text = fields.text("await-commits");
        if (text != null && text.value().equals("off")) {
            return Duration.ZERO;
        }
        Long value = text == null ? null : Units.micros(text.value());
        if (text != null && value == null) {
            fields.bad("await-commits", text);
        }
        return micros(value, DEFAULT_AWAIT_COMMITS);
    }

    static Duration micros(@Nullable Long micros, long unset) {
        return Duration.of(micros == null ? unset : micros, ChronoUnit.MICROS);
    }

    private @Nullable URI url() {
        Text text = fields.text("url");
        if (text == null) {
            return null;
        }
        String wrong = null;
        URI url = null;
        try {
            url = new URI(text.value());
            String scheme = url.getScheme() == null ? "" : url.getScheme().toLowerCase(Locale.ROOT);
            if (!scheme.equals("http") && !scheme.equals("https")) {
                wrong = "it starts with neither http:// nor https://";
            } else if (url.getHost() == null) {
                wrong = "it has no host of letters, digits, '-' and '.'";
            } else if (url.getPort() == 0 || url.getPort() > 65_535) {
                wrong = "its port is not from 1 to 65535";
            } else if (url.getRawUserInfo() != null) {
                wrong = "it names a user; set an Authorization header instead";
            } else if (url.getRawQuery() != null || url.getRawFragment() != null) {
                wrong = "it has a query or a fragment";
            }
        } catch (URISyntaxException e) {
            wrong = "it is no URL";
        }
        if (wrong == null) {
            return url;
        }
        // Not quoted: a URL with a user may hold a password.
        reading.problem(text.place(), "bad URL for " + fields.what("url") + ": " + wrong, fields.accepts("url"));
        return null;
    }

    private @Nullable String strip(@Nullable PathPattern path) {
        Text text = fields.text("strip");
        if (text == null) {
            return null;
        }
        if (!(PathPattern.parse(text.value()) instanceof PathPattern.Ok prefix)) {
            fields.bad("strip", text);
            return null;
        }
        if (path == null) {
            return null;
        }
        List<PathPattern.Segment> stripped = prefix.pattern().segments();
        List<PathPattern.Segment> whole = path.segments();
        boolean literal = stripped.stream().allMatch(segment -> segment instanceof PathPattern.Segment.Literal);
        if (!literal
                || stripped.size() > whole.size()
                || !whole.subList(0, stripped.size()).equals(stripped)) {
            fields.problem(
                    text.place(),
                    "'" + text.value() + "' for " + fields.what("strip") + " is not what every path of '" + path.text()
                            + "' starts with",
                    fields.accepts("strip"));
        }
        return text.value();
    }

    private Map<String, String> set(Fields headers) {
        Map<String, String> set = new LinkedHashMap<>();
        Set<String> seen = new TreeSet<>(String.CASE_INSENSITIVE_ORDER);
        for (Fields.Entry entry : headers.named("set")) {
            Text value =
                    reading.text(entry.value(), "header '" + entry.name() + "' of route '" + route + "'", "a value");
            if (!isOurs(entry.name(), entry.place(), seen) && value != null) {
                if (value.value().chars().anyMatch(c -> (c < 32 && c != '\t') || c >= 127)) {
                    reading.problem(
                            value.place(),
                            "the value of header '" + entry.name() + "' of route '" + route + "' cannot be sent",
                            "printable ASCII characters");
                }
                set.put(entry.name(), value.value().strip());
            }
        }
        return set;
    }

    private List<String> remove(Fields headers, Set<String> set) {
        Set<String> seen = new TreeSet<>(String.CASE_INSENSITIVE_ORDER);
        seen.addAll(set);
        return headers.texts("remove").stream()
                .filter(text -> !isOurs(text.value(), text.place(), seen))
                .map(Text::value)
                .toList();
    }

    /** Whether a name is refused, which is reported. */
    private boolean isOurs(String name, Place place, Set<String> seen) {
        String found = "header '" + Reading.shortened(name) + "' of route '" + route + "'";
        if (!Names.isToken(name)) {
            reading.problem(place, found + " is no header name", null);
            return true;
        }
        if (OURS.contains(name.toLowerCase(Locale.ROOT))) {
            reading.problem(
                    place, found + " is the gateway's own", name.equalsIgnoreCase("host") ? "preserve-host" : null);
            return true;
        }
        if (!seen.add(name)) {
            reading.problem(place, found + " is there twice", null);
            return true;
        }
        return false;
    }
}
