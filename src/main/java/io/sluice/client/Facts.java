package io.sluice.client;

import java.util.List;

/** What one request says of its caller. */
public interface Facts {
    /** The address of the connection's other end, as text without a port. */
    String peer();

    /** All values of a header, one per line received. */
    List<String> headers(String name);

    /** All values of a query parameter, decoded. */
    List<String> queries(String name);

    /** All values of a cookie. */
    List<String> cookies(String name);
}
