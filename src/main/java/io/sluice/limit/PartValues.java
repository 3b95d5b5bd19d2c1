package io.sluice.limit;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A subject that has just what one limit's key is made of.
 *
 * @param values of the key's parts, in their order
 */
record PartValues(Limit limit, List<String> values) implements Subject {
    private @Nullable String of(KeyPart part) {
        int index = limit.key().indexOf(part);
        return index < 0 ? null : values.get(index);
    }

    private String orNothing(KeyPart part) {
        String value = of(part);
        return value == null ? "" : value;
    }

    @Override
    public String client() {
        return orNothing(new KeyPart.Client());
    }

    @Override
    public String route() {
        return orNothing(new KeyPart.Route());
    }

    @Override
    public String method() {
        return orNothing(new KeyPart.Method());
    }

    @Override
    public String address(int prefix) {
        return orNothing(new KeyPart.Address(prefix));
    }

    @Override
    public @Nullable String header(String name) {
        return of(new KeyPart.Header(name));
    }

    @Override
    public @Nullable String query(String name) {
        return of(new KeyPart.Query(name));
    }

    @Override
    public @Nullable String cookie(String name) {
        return of(new KeyPart.Cookie(name));
    }

    @Override
    public @Nullable String path(String name) {
        return of(new KeyPart.Path(name));
    }

    @Override
    public @Nullable String claim(String name) {
        return of(new KeyPart.Jwt(name));
    }

    @Override
    public @Nullable String entry(String name) {
        return of(new KeyPart.Entry(name));
    }
}
