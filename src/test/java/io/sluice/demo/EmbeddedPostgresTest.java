package io.sluice.demo;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EmbeddedPostgresTest {
    @Test
    void it_says_why_it_cannot_start(@TempDir Path folder) throws Exception {
        Path data = Files.createDirectory(folder.resolve("data"));
        Files.writeString(data.resolve("of-another"), "");

        var refused = assertThrows(IllegalStateException.class, () -> new EmbeddedPostgres(folder));

        assertTrue(String.valueOf(refused.getMessage()).contains("data"), refused.getMessage());
        assertTrue(String.valueOf(refused.getMessage()).startsWith("the embedded Postgres does not start: "));
    }
}
