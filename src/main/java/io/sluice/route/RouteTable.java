package io.sluice.route;

import io.sluice.client.Cidr;
import io.sluice.client.ClientNamer;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * All routes of one configuration; immutable, swapped whole.
 *
 * <p>Paths whose first segment is {@code _sluice}, however spelled, belong to routes of the service's own endpoints
 * alone: no pattern of another route takes them.
 */
public final class RouteTable {
    static final String OWN = "_sluice";
    private static final Match.None NONE = new Match.None();

    private final List<Route> routes;
    private final ClientNamer clients;
    private final LimitHeaders headers;
    private final Questions questions;
    private final List<Cidr> debuggers;
    private final Trie own;
    private final Trie others;

    public RouteTable(List<Route> routes, ClientNamer clients) {
        this(routes, clients, LimitHeaders.DRAFT);
    }

    public RouteTable(List<Route> routes, ClientNamer clients, LimitHeaders headers) {
        this(routes, clients, headers, Questions.NONE, List.of());
    }

    /**
     * @param headers which fields tell clients of their limits
     * @param questions what others may ask
     * @param debuggers whose requests are told how their answers are stored
     */
    public RouteTable(
            List<Route> routes, ClientNamer clients, LimitHeaders headers, Questions questions, List<Cidr> debuggers) {
        this.debuggers = List.copyOf(debuggers);
        this.questions = questions;
        this.routes = List.copyOf(routes);
        this.clients = clients;
        this.headers = headers;
        this.own = new Trie(
                routes.stream().filter(r -> r.target() instanceof Target.Own).toList());
        this.others = new Trie(
                routes.stream().filter(r -> !(r.target() instanceof Target.Own)).toList());
    }

    /**
     * The most specific route that takes the method; the order of the routes never matters. An encoded slash and a
     * backslash are read both as part of a segment and as what parts two, and the more specific route wins, so that
     * no spelling escapes a limit.
     *
     * @param method upper case; HEAD finds what GET finds
     * @param rawPath the path as it came, without the query; already accepted by {@link RequestPath#check}
     */
    public Match match(String method, String rawPath) {
        if (Segments.isPlain(rawPath)) {
            int most = Math.max(own.depth(), others.depth()) + 1;
            return match(method, rawPath, Segments.plain(rawPath, most), null);
        }
        int most = Math.max(own.depth(), others.depth()) + 1;
        String[] strict = Segments.decoded(rawPath, most, false);
        String[] loose = Segments.decoded(rawPath, most, true);
        return match(method, rawPath, strict, java.util.Arrays.equals(strict, loose) ? null : loose);
    }

    private Match match(String method, String rawPath, String[] strict, String @Nullable [] loose) {
        Trie trie = isOwn(strict) || (loose != null && isOwn(loose)) ? own : others;
        Trie.Leaf leaf = trie.find(strict, method);
        String[] segments = strict;
        if (loose != null) {
            Trie.Leaf other = trie.find(loose, method);
            if (other != null && (leaf == null || other.rank() < leaf.rank())) {
                leaf = other;
                segments = loose;
            }
        }
        if (leaf != null) {
            return found(leaf, rawPath, segments, segments != strict);
        }
        Set<String> allowed = new TreeSet<>();
        trie.allowed(strict, allowed);
        if (loose != null) {
            trie.allowed(loose, allowed);
        }
        return allowed.isEmpty() ? NONE : new Match.OtherMethod(allowed);
    }

    private static boolean isOwn(String[] segments) {
        return segments.length > 0 && segments[0].equals(OWN);
    }

    private static Match found(Trie.Leaf leaf, String rawPath, String[] segments, boolean loose) {
        String[] names = leaf.names();
        if (names.length == 0) {
            return leaf.withoutParameters();
        }
        Map<String, String> parameters = leaf.parameters(segments);
        for (int i = 0; i < names.length; i++) {
            int index = leaf.indexes()[i];
            if (!isAscii(segments[index]) && Segments.isUndecodable(rawPath, index, loose)) {
                return new Match.Found(leaf.route(), parameters, names[i]);
            }
        }
        return new Match.Found(leaf.route(), parameters, null);
    }

    private static boolean isAscii(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) >= 0x80) {
                return false;
            }
        }
        return true;
    }

    public List<Route> routes() {
        return routes;
    }

    /** Networks of the callers whose requests are told how their answers are stored. */
    public List<Cidr> debuggers() {
        return debuggers;
    }

    public Questions questions() {
        return questions;
    }

    public ClientNamer clients() {
        return clients;
    }

    public LimitHeaders headers() {
        return headers;
    }
}
