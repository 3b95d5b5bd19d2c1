package io.sluice.boot;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;

class ListeningPortsTest {
    private static String refused(int data, int management, Integer grpc) {
        return String.valueOf(assertThrows(StartFailure.class, () -> ListeningPorts.check(data, management, grpc))
                .getMessage());
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
        assertDoesNotThrow(() -> ListeningPorts.check(8080, 9000, 8081));
        assertDoesNotThrow(() -> ListeningPorts.check(8080, 9000, null));
        assertDoesNotThrow(() -> ListeningPorts.check(0, 0, null));
    }
}
