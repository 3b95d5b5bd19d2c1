package io.sluice.client;

/** Keeps the leading bits of an address, so that a network counts as one. */
public final class AddressPrefix {
    private AddressPrefix() {}

    /**
     * The network an address is in. The prefix is counted in the address's own family: {@code 24} keeps three bytes of
     * an IPv4 address and the first 24 bits of an IPv6 address; {@code 64} keeps an IPv4 address whole, since it has no
     * more than 32 bits.
     *
     * @param address canonical text, as in {@link Caller#address()}
     * @param prefix 1 to 128 bits
     * @return {@code 2001:db8::/64}; the address itself where all of it is kept, or where it is not an address
     */
    public static String keep(String address, int prefix) {
        boolean v6 = address.indexOf(':') >= 0;
        if (prefix >= (v6 ? 128 : 32)) {
            return address;
        }
        IpAddress parsed = IpAddress.parse(address);
        if (parsed == null || (parsed.isV4() && prefix >= 32)) {
            return address;
        }
        return parsed.masked(prefix) + "/" + prefix;
    }
}
