package io.sluice.deploy;

import io.sluice.cli.SluiceCommand;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Properties;

/** What the gateway itself says about its ports and files. */
final class Product {
    private static final Properties PROPERTIES = read();

    private Product() {}

    private static Properties read() {
        Properties properties = new Properties();
        try (var in = Files.newInputStream(Path.of("src/main/resources/application.properties"))) {
            properties.load(in);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return properties;
    }

    static int dataPort() {
        return Integer.parseInt(PROPERTIES.getProperty("quarkus.http.port"));
    }

    static int managementPort() {
        return Integer.parseInt(PROPERTIES.getProperty("quarkus.management.port"));
    }

    /** What {@code check} says about a configuration; empty: it is fine. */
    static String mistakes(String yaml) {
        StringWriter said = new StringWriter();
        try {
            Path file = Files.createTempFile("sluice", ".yaml");
            try {
                Files.writeString(file, yaml);
                PrintWriter out = new PrintWriter(said);
                int code = SluiceCommand.run(new String[] {"check", file.toString()}, () -> 3, out, out);
                return code == 0 ? "" : said.toString();
            } finally {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
