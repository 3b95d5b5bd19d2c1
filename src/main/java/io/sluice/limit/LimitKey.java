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
 * <p>The key carries the limit's name, its algorithm and the shape of its key, so that changing any of these starts
 * anew; quota, window and burst are not in it, so that changing those goes on with the running counter. Everything
 * of free form has its length in front; an absent value is {@code -}, which no length starts with, and of a long value
 * there is {@code #} and its SHA-256: callers choose values, and must not choose how much memory a counter takes.
 */
public final class LimitKey {
    /** What every key starts with. */
    public static final String PREFIX = "sluice:l:";

    /** Characters of a value that stand in a key as they are. */
    private static final int LONGEST = 128;

    private LimitKey() {}

    public static String of(Limit limit, Subject subject) {
        StringBuilder key = new StringBuilder(96).append(PREFIX);
        append(key, limit.name());
        key.append(letter(limit.algorithm()));
        List<KeyPart> parts = limit.key();
        for (int i = 0; i < parts.size(); i++) {
            append(key, parts.get(i), subject);
        }
        return key.toString();
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

    private static void append(StringBuilder key, KeyPart part, Subject subject) {
        if (part instanceof KeyPart.Client) {
            append(key.append('c'), subject.client());
        } else if (part instanceof KeyPart.Route) {
            append(key.append('r'), subject.route());
        } else if (part instanceof KeyPart.Method) {
            append(key.append('m'), subject.method());
        } else if (part instanceof KeyPart.Address address) {
            append(key.append('a').append(address.prefix()).append('/'), subject.address(address.prefix()));
        } else if (part instanceof KeyPart.Header header) {
            named(key.append('h'), header.name(), subject.header(header.name()));
        } else if (part instanceof KeyPart.Query query) {
            named(key.append('q'), query.name(), subject.query(query.name()));
        } else if (part instanceof KeyPart.Cookie cookie) {
            named(key.append('k'), cookie.name(), subject.cookie(cookie.name()));
        } else if (part instanceof KeyPart.Path path) {
            named(key.append('p'), path.name(), subject.path(path.name()));
        } else if (part instanceof KeyPart.Jwt jwt) {
            named(key.append('j'), jwt.claim(), subject.claim(jwt.claim()));
        } else if (part instanceof KeyPart.Entry entry) {
            named(key.append('e'), entry.name(), subject.entry(entry.name()));
        } else {
            throw new IllegalStateException("no key is defined for " + part);
        }
    }

    private static void named(StringBuilder key, String name, @Nullable String value) {
        append(key, name);
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
