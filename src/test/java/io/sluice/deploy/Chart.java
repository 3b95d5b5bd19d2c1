package io.sluice.deploy;

import com.marcnuri.helm.Helm;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The chart, rendered by Helm's own library. */
final class Chart {
    static final Path FOLDER = Path.of("deploy/helm/sluice");

    private Chart() {}

    /** @throws IllegalStateException with what Helm says, when it refuses the values */
    static String rendered(String values) {
        try {
            Path file = Files.createTempFile("values", ".yaml");
            try {
                Files.writeString(file, values);
                return new Helm(FOLDER)
                        .template()
                        .withName("shop")
                        .withNamespace("prod")
                        .withKubeVersion("1.31.0")
                        .withValuesFile(file)
                        .call();
            } finally {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
