package io.sluice.demo;

import static java.util.Objects.requireNonNull;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.origin.postgres.SqlText;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

class SampleShopTest {
    @Test
    void it_is_large_and_takes_every_query_of_the_demos_configuration(@TempDir Path folder) throws Exception {
        try (EmbeddedPostgres postgres = new EmbeddedPostgres(folder)) {
            assertEquals(100_000, SampleShop.load(postgres.dataSource()));
            List<String> queries = queries();
            assertFalse(queries.isEmpty());
            try (Connection connection = postgres.dataSource().getConnection();
                    Statement statement = connection.createStatement()) {
                for (String sql : queries) {
                    SqlText.Parsed.Ok parsed = assertInstanceOf(SqlText.Parsed.Ok.class, SqlText.parse(sql));
                    statement.execute("PREPARE q AS " + parsed.text());
                    statement.execute("DEALLOCATE q");
                }
                try (var row = statement.executeQuery("SELECT count(DISTINCT category), min(price) FROM product")) {
                    assertTrue(row.next());
                    assertEquals(12, row.getInt(1));
                    assertTrue(row.getBigDecimal(2).signum() > 0);
                }
            }
        }
    }

    private static List<String> queries() throws Exception {
        Object file = new Load(LoadSettings.builder().build())
                .loadFromString(Files.readString(Path.of("src/demo/resources/sluice.yaml")));
        Object routes = requireNonNull(((Map<?, ?>) file).get("routes"));
        List<String> queries = new ArrayList<>();
        for (Object route : ((Map<?, ?>) routes).values()) {
            if (((Map<?, ?>) route).get("postgres") instanceof Map<?, ?> postgres) {
                queries.add(String.valueOf(postgres.get("sql")));
            }
        }
        return queries;
    }
}
