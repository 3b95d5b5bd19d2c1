package io.sluice.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetAddress;
import java.net.UnknownHostException;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class IpAddressTest {
    @ParameterizedTest
    @CsvSource({
        "1.2.3.4, 1.2.3.4",
        "255.255.255.255, 255.255.255.255",
        "::ffff:1.2.3.4, 1.2.3.4",
        "::FFFF:102:304, 1.2.3.4",
        "0:0:0:0:0:0:0:1, ::1",
        "::, ::",
        "1::, 1::",
        "2001:DB8:0:0:8:800:200C:417A, 2001:db8::8:800:200c:417a",
        "1:0:0:2:0:0:0:3, 1:0:0:2::3",
        "1:0:2:3:4:5:6:7, 1:0:2:3:4:5:6:7",
        "64:ff9b::192.0.2.33, 64:ff9b::c000:221",
        "fe80::1%eth0, fe80::1"
    })
    void an_address_has_one_canonical_text(String text, String canonical) {
        assertEquals(canonical, String.valueOf(IpAddress.parse(text)));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                ".",
                "1.2.3",
                "1.2.3.4.5",
                "1.2.3.256",
                "01.2.3.4",
                "1.2.3.04",
                "1.2.3.4 ",
                "localhost",
                "1.2.3.4%eth0",
                ":",
                ":::",
                "1:2:3:4:5:6:7",
                "1:2:3:4:5:6:7:8:9",
                "1::2::3",
                "12345::",
                "::g",
                "1:2:3:4:5:6:7:8::",
                "1:2:3:4:5:6:7:1.2.3.4",
                "::1.2.3",
                "::1.2.3.4:5",
                "1:",
                ":1",
                "fe80::1%",
                "[::1]",
                "0x7f.1",
                "١.2.3.4"
            })
    void what_is_not_an_address_is_not_read(String text) {
        assertNull(IpAddress.parse(text));
    }

    @Property
    void reading_and_writing_agree_with_the_jdk(@ForAll @Size(16) byte[] bytes) throws UnknownHostException {
        String text = InetAddress.getByAddress(bytes).getHostAddress();
        IpAddress address = IpAddress.parse(text);
        assertNotNull(address);
        assertEquals(address, IpAddress.parse(address.toString()));
        assertEquals(InetAddress.getByAddress(bytes), InetAddress.getByName(address.toString()));
    }

    @ParameterizedTest
    @CsvSource({
        "10.0.0.0/8, 10.255.0.1, true",
        "10.0.0.0/8, 11.0.0.1, false",
        "10.1.2.3/8, 10.9.9.9, true",
        "0.0.0.0/0, 9.9.9.9, true",
        "0.0.0.0/0, ::1, false",
        "::/0, ::1, true",
        "::/0, 9.9.9.9, false",
        "10.1.2.3, 10.1.2.3, true",
        "10.1.2.3, 10.1.2.4, false",
        "10.0.0.0/8, ::ffff:10.1.1.1, true",
        "::ffff:10.0.0.0/104, 10.1.1.1, true",
        "2001:db8::/33, 2001:db8:7fff::1, true",
        "2001:db8::/33, 2001:db8:8000::1, false",
        "2001:db8::/65, 2001:db8::7fff:0:0:0, true",
        "2001:db8::/65, 2001:db8::8000:0:0:0, false",
        "192.168.1.128/25, 192.168.1.127, false"
    })
    void a_network_holds_its_own_addresses_alone(String network, String address, boolean held) {
        Cidr cidr = Cidr.parse(network);
        IpAddress parsed = IpAddress.parse(address);
        assertNotNull(cidr);
        assertNotNull(parsed);
        assertEquals(held, cidr.contains(parsed));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "/8",
                "10.0.0.0/",
                "10.0.0.0/33",
                "10.0.0.0/-1",
                "10.0.0.0/08",
                "::/129",
                "a/8",
                "::ffff:1.2.3.4/95",
                "fe80::%e/10"
            })
    void what_is_not_a_network_is_not_read(String text) {
        assertNull(Cidr.parse(text));
    }

    @ParameterizedTest
    @CsvSource({
        "2001:db8:1:2:3:4:5:6, 64, 2001:db8:1:2::/64",
        "2001:db8:1:2:3:4:5:6, 128, 2001:db8:1:2:3:4:5:6",
        "1.2.3.4, 64, 1.2.3.4",
        "1.2.3.4, 128, 1.2.3.4",
        "1.2.3.4, 32, 1.2.3.4",
        "1.2.3.4, 24, 1.2.3.0/24",
        "2001:db8:1:2:3:4:5:6, 24, 2001:d00::/24",
        "unix, 64, unix"
    })
    void a_prefix_counts_in_the_addresss_own_family(String address, int prefix, String kept) {
        assertEquals(kept, AddressPrefix.keep(address, prefix));
    }

    @Test
    void a_mapped_address_is_ipv4() {
        assertTrue(IpAddress.v4(0x01020304).isV4());
        assertFalse(new IpAddress(0, 1).isV4());
    }
}
