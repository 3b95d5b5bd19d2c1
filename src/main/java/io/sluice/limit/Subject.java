package io.sluice.limit;

import org.jspecify.annotations.Nullable;

/** What a limit's key may be made of: the facts of one request. */
public interface Subject {
    /** The client's name, never empty; distinct between sources, e.g. {@code header:X-API-Key=k1}. */
    String client();

    String route();

    String method();

    /** The caller's address in canonical text form, kept to {@code prefix} leading bits. */
    String address(int prefix);

    @Nullable
    String header(String name);

    @Nullable
    String query(String name);

    @Nullable
    String cookie(String name);

    @Nullable
    String path(String name);

    /** A claim of the caller's token, null where no verified token has it. */
    @Nullable
    String claim(String name);

    /** An entry of the descriptor that another gateway asks with; null on requests that came here themselves. */
    @Nullable
    String entry(String name);
}
