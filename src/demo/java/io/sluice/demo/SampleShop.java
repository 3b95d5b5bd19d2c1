package io.sluice.demo;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Objects;
import javax.sql.DataSource;

/** The data of the demo: an online shop, in {@code shop.sql}. */
final class SampleShop {
    private SampleShop() {}

    /** @return the number of products loaded */
    static long load(DataSource database) {
        try (Connection connection = database.getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(script());
            try (ResultSet count = statement.executeQuery("SELECT count(*) FROM product")) {
                count.next();
                return count.getLong(1);
            }
        } catch (SQLException e) {
            throw new IllegalStateException("the sample data cannot be loaded: " + e.getMessage(), e);
        }
    }

    private static String script() {
        try (InputStream in = SampleShop.class.getResourceAsStream("shop.sql")) {
            return new String(Objects.requireNonNull(in, "shop.sql").readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException("shop.sql cannot be read", e);
        }
    }
}
