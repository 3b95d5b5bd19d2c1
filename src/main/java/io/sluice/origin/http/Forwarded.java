package io.sluice.origin.http;

import io.sluice.origin.Call;

/** Writes one element of a {@code Forwarded} field (RFC 7239). */
final class Forwarded {
    private String address = "";
    private String host = "";
    private String scheme = "";
    private String last = "";

    /** The element, most often the last one again: of one thread only. */
    String element(Call.Peer peer) {
        if (!peer.address().equals(address)
                || !peer.host().equals(host)
                || !peer.scheme().equals(scheme)) {
            address = peer.address();
            host = peer.host();
            scheme = peer.scheme();
            last = written(peer);
        }
        return last;
    }

    static String written(Call.Peer peer) {
        String address = peer.address();
        StringBuilder element = new StringBuilder(64).append("for=");
        if (address.indexOf(':') >= 0) {
            element.append("\"[").append(address).append("]\"");
        } else {
            element.append(address);
        }
        if (!peer.host().isEmpty()) {
            element.append(";host=");
            quoted(element, peer.host());
        }
        return element.append(";proto=").append(peer.scheme()).toString();
    }

    /** A value as it is when it is a token (RFC 9110 section 5.6.2), else quoted. */
    private static void quoted(StringBuilder to, String value) {
        boolean token = true;
        for (int i = 0; token && i < value.length(); i++) {
            char c = value.charAt(i);
            token = c >= 'a' && c <= 'z'
                    || c >= 'A' && c <= 'Z'
                    || c >= '0' && c <= '9'
                    || c == '.'
                    || c == '-'
                    || c == '_';
        }
        if (token) {
            to.append(value);
            return;
        }
        to.append('"');
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if (c == '"' || c == '\\') {
                to.append('\\');
            }
            to.append(c);
        }
        to.append('"');
    }
}
