package io.sluice.client;

import org.jspecify.annotations.Nullable;

/**
 * An IP address as 128 bits; IPv4 as its IPv4-mapped form (RFC 4291 §2.5.5.2), so that both spellings of one address
 * are equal. Read from text alone: no name is ever looked up.
 *
 * @param high the first 64 bits
 * @param low the last 64 bits
 */
public record IpAddress(long high, long low) {
    private static final long MAPPED = 0xffffL << 32;

    static IpAddress v4(int bits) {
        return new IpAddress(0, MAPPED | (bits & 0xffff_ffffL));
    }

    /**
     * Reads an address: dotted decimal without leading zeros (which some read as octal), or IPv6 with or without a zone,
     * which is dropped.
     *
     * @return null when the text is anything else
     */
    public static @Nullable IpAddress parse(String text) {
        return IpText.parse(text, 0, text.length());
    }

    public boolean isV4() {
        return high == 0 && low >>> 32 == 0xffff;
    }

    /** Whether it never leaves its machine: 127.0.0.0/8 (RFC 1122 §3.2.1.3), ::1 (RFC 4291 §2.5.3). */
    public boolean isLoopback() {
        return isV4() ? (low >>> 24 & 0xff) == 127 : high == 0 && low == 1;
    }

    /** Whether it stands for all addresses of a machine: 0.0.0.0, or :: (RFC 4291 §2.5.2). */
    public boolean isWildcard() {
        return high == 0 && (low == 0 || low == MAPPED);
    }

    /** The address with all but its {@code bits} leading bits cleared, counted in its own family. */
    IpAddress masked(int bits) {
        int wide = isV4() ? bits + 96 : bits;
        return new IpAddress(high & mask(wide), low & mask(wide - 64));
    }

    private static long mask(int bits) {
        return bits <= 0 ? 0 : bits >= 64 ? -1L : -1L << (64 - bits);
    }

    /** Canonical text: dotted decimal, or RFC 5952. */
    @Override
    public String toString() {
        return IpText.write(this);
    }
}
