package io.sluice.boot;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.sluice.boot.ListeningPorts.Place;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ListeningPortsTest {
    private static String refused(int data, int management, int grpc) {
        return String.valueOf(assertThrows(StartFailure.class, () -> check(data, management, grpc))
                .getMessage());
    }

    private static void check(int data, int management, int grpc) {
        ListeningPorts.check(
                List.of(Place.data("0.0.0.0", data), Place.management("0.0.0.0", management), Place.grpc(grpc)));
    }

    private static void check(String data, String management) {
        ListeningPorts.check(List.of(Place.data(data, 8080), Place.management(management, 8080)));
    }

    @Test
    void one_port_for_two_servers_is_refused_by_their_names() {
        assertEquals(
                "sluice: port 8080 is both QUARKUS_HTTP_PORT and QUARKUS_MANAGEMENT_PORT; set one of them to another port",
                refused(8080, 8080, 8081));
        assertEquals(
                "sluice: port 8080 is both QUARKUS_HTTP_PORT and grpc.port; set one of them to another port",
                refused(8080, 9000, 8080));
        assertEquals(
                "sluice: port 9000 is both QUARKUS_MANAGEMENT_PORT and grpc.port; set one of them to another port",
                refused(8080, 9000, 9000));
    }

    @Test
    void different_ports_and_whichever_is_free_are_taken() {
        assertDoesNotThrow(() -> check(8080, 9000, 8081));
        assertDoesNotThrow(() -> check(0, 0, 8081));
    }

    @ParameterizedTest
    @CsvSource({
        "127.0.0.1, 10.0.0.1",
        "127.0.0.1, 127.0.0.2",
        "127.0.0.1, ::1",
        "fe80::1, fe80::2",
        "[::1], 127.0.0.1",
        "127.0.0.1, ::ffff:10.0.0.1",
    })
    void one_port_of_two_addresses_is_taken(String one, String other) {
        assertDoesNotThrow(() -> check(one, other));
        assertDoesNotThrow(() -> check(other, one));
    }

    @ParameterizedTest
    @CsvSource({
        "127.0.0.1, 127.0.0.1",
        "127.0.0.1, ::ffff:127.0.0.1",
        "::1, 0:0:0:0:0:0:0:1",
        "::1, [::1]",
        "10.0.0.1, 0.0.0.0",
        "10.0.0.1, ::",
        "::1, ::",
        "::1, 0.0.0.0",
        "0.0.0.0, ::",
        "127.0.0.1, no-such-host.invalid",
    })
    void one_port_of_what_is_or_may_be_one_address_is_refused(String one, String other) {
        assertThrows(StartFailure.class, () -> check(one, other));
        assertThrows(StartFailure.class, () -> check(other, one));
    }

    @Test
    void a_name_is_the_address_that_it_has() {
        assertThrows(StartFailure.class, () -> check("localhost", "0.0.0.0"));
        assertDoesNotThrow(() -> check("localhost", "192.0.2.1"));
    }
}
