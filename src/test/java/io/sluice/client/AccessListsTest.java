package io.sluice.client;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.sluice.client.AccessLists.Members;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.Test;

class AccessListsTest {
    private static Members members(Set<String> names, String... networks) {
        return new Members(
                names,
                List.of(networks).stream()
                        .map(network -> Objects.requireNonNull(Cidr.parse(network)))
                        .toList());
    }

    @Test
    void a_caller_is_on_a_list_by_its_name_or_by_its_network() {
        AccessLists lists = new AccessLists(
                members(Set.of("header:X=vip"), "10.0.0.0/8"), members(Set.of("header:X=evil"), "2001:db8::/32"));
        assertEquals(Standing.UNLIMITED, lists.of("header:X=vip", "192.0.2.1"));
        assertEquals(Standing.UNLIMITED, lists.of("header:X=other", "10.1.2.3"));
        assertEquals(Standing.DENIED, lists.of("header:X=evil", "192.0.2.1"));
        assertEquals(Standing.DENIED, lists.of("address=2001:db8::1", "2001:db8::1"));
        assertEquals(Standing.ORDINARY, lists.of("header:X=Vip", "192.0.2.1"));
        assertEquals(Standing.ORDINARY, lists.of("address=unknown", "unknown"));
    }

    @Test
    void who_is_on_both_lists_is_denied() {
        AccessLists lists =
                new AccessLists(members(Set.of("header:X=a"), "10.0.0.0/8"), members(Set.of(), "10.9.0.0/16"));
        assertEquals(Standing.DENIED, lists.of("header:X=a", "10.9.1.1"));
        assertEquals(Standing.UNLIMITED, lists.of("header:X=a", "10.8.1.1"));
    }

    @Test
    void without_lists_everyone_is_ordinary() {
        assertEquals(Standing.ORDINARY, AccessLists.NONE.of("header:X=a", "10.9.1.1"));
    }
}
