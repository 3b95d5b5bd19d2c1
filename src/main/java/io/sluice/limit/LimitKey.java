package io.sluice.limit;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Builds the counter's key from a limit and a request, such that no two different sets of parts give the same key.
 *
 * <p>What stands in braces is all that a Redis Cluster places a key by: the client, so that the limits of one client
 * lie in one slot and are decided together; where the key has no client, what else tells callers apart; where it has
 * nothing, the limit's name.
 *
 * <p>The key carries the limit's name, its algorithm and the shape of its key, so that changing any of these starts
 * anew; quota, window and burst are not in it, so that changing those goes on with the running counter. Everything
 * of free form has its length in front; an absent value is {@code -}, which no length starts with, and of a long value
 * there is {@code #} and its SHA-256: callers choose values, and must not choose how much memory a counter takes.
 * What the braces hold is not said again behind them: a part that stands there has its letter, and no value.
 */
public final class LimitKey {
    /** What every key starts with; no other key of ours does. */
    public static final String PREFIX = "sluice:{";

    /** Characters of a value that stand in a key as they are. */
    private static final int LONGEST = 128;

    /** The limit's name stands in the braces. */
    private static final int NAME = -1;

    private LimitKey() {}

    public static String of(Limit limit, Subject subject) {
        List<KeyPart> parts = limit.key();
        int tag = tag(parts);
        StringBuilder key = new StringBuilder(96).append(PREFIX);
        if (tag == NAME) {
            append(key, limit.name());
            key.append('}');
        } else {
            appendOrAbsent(key, value(parts.get(tag), subject));
            append(key.append('}'), limit.name());
        }
        key.append(letter(limit.algorithm()));
        for (int i = 0; i < parts.size(); i++) {
            KeyPart part = parts.get(i);
            appendShape(key, part);
            if (i != tag) {
                appendOrAbsent(key, value(part, subject));
            }
        }
        return key.toString();
    }

    /** Which part stands in the braces: the client, else the first that tells callers apart, else the first. */
    private static int tag(List<KeyPart> parts) {
        int other = parts.isEmpty() ? NAME : 0;
        boolean found = false;
        for (int i = 0; i < parts.size(); i++) {
            KeyPart part = parts.get(i);
            if (part instanceof KeyPart.Client) {
                return i;
            }
            if (!found && !(part instanceof KeyPart.Route) && !(part instanceof KeyPart.Method)) {
                other = i;
                found = true;
            }
        }
        return other;
    }

    private static char letter(Algorithm algorithm) {
        if (algorithm instanceof Algorithm.FixedWindow) {
            return 'f';
        } else if (algorithm instanceof Algorithm.SlidingWindow) {
            return 's';
        } else if (algorithm instanceof Algorithm.SlidingLog) {
            return 'l';
        }
        return algorithm instanceof Algorithm.TokenBucket ? 't' : 'n';
    }

    /** What a request has for one part of a key; null where it has none. */
    static @Nullable String value(KeyPart part, Subject subject) {
        if (part instanceof KeyPart.Client) {
            return subject.client();
        } else if (part instanceof KeyPart.Route) {
            return subject.route();
        } else if (part instanceof KeyPart.Method) {
            return subject.method();
        } else if (part instanceof KeyPart.Address address) {
            return subject.address(address.prefix());
        } else if (part instanceof KeyPart.Header header) {
            return subject.header(header.name());
        } else if (part instanceof KeyPart.Query query) {
            return subject.query(query.name());
        } else if (part instanceof KeyPart.Cookie cookie) {
            return subject.cookie(cookie.name());
        } else if (part instanceof KeyPart.Path path) {
            return subject.path(path.name());
        } else if (part instanceof KeyPart.Jwt jwt) {
            return subject.claim(jwt.claim());
        }
        return subject.entry(((KeyPart.Entry) part).name());
    }

    /** Begins with a letter, as no value does. */
    private static void appendShape(StringBuilder key, KeyPart part) {
        if (part instanceof KeyPart.Client) {
            key.append('c');
        } else if (part instanceof KeyPart.Route) {
            key.append('r');
        } else if (part instanceof KeyPart.Method) {
            key.append('m');
        } else if (part instanceof KeyPart.Address address) {
            key.append('a').append(address.prefix()).append('/');
        } else if (part instanceof KeyPart.Header header) {
            append(key.append('h'), header.name());
        } else if (part instanceof KeyPart.Query query) {
            append(key.append('q'), query.name());
        } else if (part instanceof KeyPart.Cookie cookie) {
            append(key.append('k'), cookie.name());
        } else if (part instanceof KeyPart.Path path) {
            append(key.append('p'), path.name());
        } else if (part instanceof KeyPart.Jwt jwt) {
            append(key.append('j'), jwt.claim());
        } else if (part instanceof KeyPart.Entry entry) {
            append(key.append('e'), entry.name());
        } else {
            throw new IllegalStateException("no key is defined for " + part);
        }
    }

    private static void appendOrAbsent(StringBuilder key, @Nullable String value) {
        if (value == null) {
            key.append('-');
        } else {
            append(key, value);
        }
    }

    private static void append(StringBuilder key, String text) {
        if (text.length() > LONGEST) {
            key.append('#').append(digest(text));
        } else {
            key.append(text.length()).append(':').append(text);
        }
    }

    private static String digest(String text) {
        try {
            return HexFormat.of()
                    .formatHex(MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
