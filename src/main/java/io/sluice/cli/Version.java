package io.sluice.cli;

import java.io.IOException;
import java.io.InputStream;
import java.util.Properties;
import picocli.CommandLine.IVersionProvider;

/** Which build this is, as Maven wrote it into the artifact. */
final class Version implements IVersionProvider {
    private static final String POM = "/META-INF/maven/io.sluice/sluice/pom.properties";

    @Override
    public String[] getVersion() throws IOException {
        try (InputStream in = Version.class.getResourceAsStream(POM)) {
            Properties pom = new Properties();
            if (in != null) {
                pom.load(in);
            }
            return new String[] {"sluice " + pom.getProperty("version", "(not packaged)")};
        }
    }
}
