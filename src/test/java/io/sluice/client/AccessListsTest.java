package io.sluice.client;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.sluice.client.AccessLists.Members;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.Test;

class AccessListsTest {
    @Test
    void where_two_fields_name_two_callers_either_is_denied_and_neither_is_unlimited_by_its_address() {
        AccessLists lists = new AccessLists(
                members(Set.of("header:X=a", "address=10.0.0.5"), "10.0.0.0/8"),
                members(Set.of("address=192.0.2.9"), "203.0.113.0/24"));
        IpAddress proxy = IpAddress.parse("10.0.0.5");
        IpAddress evil = IpAddress.parse("203.0.113.7");
        IpAddress other = IpAddress.parse("192.0.2.1");
        assertEquals(Standing.DENIED, lists.of("address=10.0.0.5", "10.0.0.5", List.of(evil, other)));
        assertEquals(Standing.DENIED, lists.of("address=10.0.0.5", "10.0.0.5", List.of(other, evil)));
        assertEquals(Standing.DENIED, lists.of("header:X=a", "10.0.0.5", List.of(other, IpAddress.parse("192.0.2.9"))));
        assertEquals(Standing.ORDINARY, lists.of("address=10.0.0.5", "10.0.0.5", List.of(other, proxy)));
        assertEquals(Standing.UNLIMITED, lists.of("address=10.0.0.5", "10.0.0.5", List.of(proxy, proxy)));
        assertEquals(Standing.UNLIMITED, lists.of("header:X=a", "10.0.0.5", List.of(other, proxy)), "by its name");
    }

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
        assertEquals(Standing.UNLIMITED, lists.of("header:X=vip", "192.0.2.1", List.of()));
        assertEquals(Standing.UNLIMITED, lists.of("header:X=other", "10.1.2.3", List.of()));
        assertEquals(Standing.DENIED, lists.of("header:X=evil", "192.0.2.1", List.of()));
        assertEquals(Standing.DENIED, lists.of("address=2001:db8::1", "2001:db8::1", List.of()));
        assertEquals(Standing.ORDINARY, lists.of("header:X=Vip", "192.0.2.1", List.of()));
        assertEquals(Standing.ORDINARY, lists.of("address=unknown", "unknown", List.of()));
    }

    @Test
    void who_is_on_both_lists_is_denied() {
        AccessLists lists =
                new AccessLists(members(Set.of("header:X=a"), "10.0.0.0/8"), members(Set.of(), "10.9.0.0/16"));
        assertEquals(Standing.DENIED, lists.of("header:X=a", "10.9.1.1", List.of()));
        assertEquals(Standing.UNLIMITED, lists.of("header:X=a", "10.8.1.1", List.of()));
    }

    @Test
    void without_lists_everyone_is_ordinary() {
        assertEquals(Standing.ORDINARY, AccessLists.NONE.of("header:X=a", "10.9.1.1", List.of()));
    }
}
