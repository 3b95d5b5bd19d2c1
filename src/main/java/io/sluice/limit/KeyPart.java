package io.sluice.limit;

/** One part of what a counter is kept per. */
public sealed interface KeyPart {
    record Client() implements KeyPart {}

    record Route() implements KeyPart {}

    record Method() implements KeyPart {}

    /**
     * The caller's address, or the network it is in.
     *
     * @param prefix the number of leading bits kept of an IPv6 address (an IPv4 address is kept whole when it is
     *     at least 32), 128 for the whole address
     */
    record Address(int prefix) implements KeyPart {}

    record Header(String name) implements KeyPart {}

    record Query(String name) implements KeyPart {}

    record Cookie(String name) implements KeyPart {}

    /** A parameter of the route's path pattern. */
    record Path(String name) implements KeyPart {}

    /** A claim of a token that was verified. */
    record Jwt(String claim) implements KeyPart {}

    /** An entry of a descriptor, where a limit is asked for by another gateway. */
    record Entry(String name) implements KeyPart {}
}
