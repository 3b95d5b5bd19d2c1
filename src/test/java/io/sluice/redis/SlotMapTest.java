package io.sluice.redis;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class SlotMapTest {
    private static String redirected(String to) {
        return SlotMap.redirected("MOVED 3999 " + to, "10.0.0.7:6379");
    }

    @Test
    void a_redirection_leads_to_the_address_it_names() {
        assertEquals("10.0.0.1:6381", redirected("10.0.0.1:6381"));
        assertEquals("node.example:6381", redirected("node.example:6381"));
    }

    @Test
    void a_host_left_out_or_unknown_is_the_senders() {
        assertEquals("10.0.0.7:6381", redirected(":6381"));
        assertEquals("10.0.0.7:6381", redirected("?:6381"));
        assertEquals("[::1]:6381", SlotMap.redirected("MOVED 3999 :6381", "[::1]:6379"));
    }

    @Test
    void an_ipv6_address_stands_in_brackets() {
        assertEquals("[2001:db8::1]:6381", redirected("2001:db8::1:6381"));
    }
}
