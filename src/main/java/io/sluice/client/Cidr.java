package io.sluice.client;

import org.jspecify.annotations.Nullable;

/**
 * A network (RFC 4632, RFC 4291 §2.3). An IPv6 network never holds an IPv4 address, not even {@code ::/0}.
 *
 * @param network its first address
 * @param bits the length of its prefix, counted in its own family
 */
public record Cidr(IpAddress network, int bits) {
    /**
     * Reads {@code 10.0.0.0/8}, {@code 2001:db8::/32}, or a bare address for that one address. Bits past the prefix are
     * cleared.
     *
     * @return null when the text is anything else
     */
    public static @Nullable Cidr parse(String text) {
        int slash = text.indexOf('/');
        IpAddress address = IpText.parse(text, 0, slash < 0 ? text.length() : slash);
        if (address == null || text.indexOf('%') >= 0) {
            return null;
        }
        int width = address.isV4() ? 32 : 128;
        if (slash < 0) {
            return new Cidr(address, width);
        }
        int bits = prefix(text, slash + 1);
        boolean mappedSpelling = address.isV4() && text.lastIndexOf(':', slash) >= 0;
        if (mappedSpelling) {
            bits -= 96;
        }
        return bits < 0 || bits > width ? null : new Cidr(address.masked(bits), bits);
    }

    private static int prefix(String text, int from) {
        int length = text.length() - from;
        if (length < 1 || length > 3 || (length > 1 && text.charAt(from) == '0')) {
            return -1;
        }
        int value = 0;
        for (int i = from; i < text.length(); i++) {
            if (text.charAt(i) < '0' || text.charAt(i) > '9') {
                return -1;
            }
            value = value * 10 + text.charAt(i) - '0';
        }
        return value;
    }

    public boolean contains(IpAddress address) {
        return address.isV4() == network.isV4() && address.masked(bits).equals(network);
    }

    @Override
    public String toString() {
        return network + "/" + bits;
    }
}
