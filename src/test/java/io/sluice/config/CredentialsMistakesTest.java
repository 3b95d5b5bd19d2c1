package io.sluice.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.sluice.credentials.CredentialSettings;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What {@code postgres.credentials} may say, and each mistake with the words and the place it is reported with. */
class CredentialsMistakesTest {
    private static final String DURATION = "a duration such as 500ms, 60s, 10m, 1h, 1d";

    private static Read read(String provider) {
        String yaml = "postgres:\n  credentials:\n" + provider.indent(4);
        return ConfigReader.read("s.yaml", yaml, Map.of("KEY", "s3cret")::get);
    }

    private static @Nullable CredentialSettings settings(String provider) {
        return assertInstanceOf(Read.Ok.class, read(provider))
                .config()
                .database()
                .credentials();
    }

    private static void assertProblems(String provider, String... expected) {
        Read.Bad bad = assertInstanceOf(Read.Bad.class, read(provider));
        String said = bad.problems().stream().map(Problem::toString).collect(Collectors.joining("\n"));
        assertEquals(String.join("\n", expected), said);
        assertFalse(said.contains("s3cret"), said);
    }

    @Test
    void each_provider_is_read() {
        Duration second = Duration.ofSeconds(1);
        Duration three = Duration.ofSeconds(3);
        assertEquals(
                new CredentialSettings(
                        new CredentialSettings.Files(Path.of("/s/username"), Path.of("/s/password")), second, three),
                settings("file: { directory: /s }"));
        assertEquals(
                new CredentialSettings(
                        new CredentialSettings.Files(null, Path.of("/s/pw")), Duration.ofMillis(200), second),
                settings("file: { password: /s/pw }\nrefresh: 200ms\ntimeout: 1s"));
        assertEquals(
                new CredentialSettings(
                        new CredentialSettings.Vault("database/creds/app", "username", "pw"),
                        Duration.ofSeconds(30),
                        three),
                settings("vault: { path: /v1/database/creds/app, password-key: pw }"));
        assertEquals(
                new CredentialSettings.CyberArk(
                        URI.create("https://ccp:8443"),
                        "Sluice",
                        "Data Bases",
                        "pg",
                        "Root",
                        new CredentialSettings.Tls(Path.of("/c.pem"), Path.of("/k.pem"), null)),
                place(settings("cyberark: { url: \"https://ccp:8443\", app-id: Sluice, safe: Data Bases, object: pg,"
                        + " folder: Root, certificate: /c.pem, key: /k.pem }")));
        assertEquals(
                new CredentialSettings.Conjur(
                        URI.create("https://conjur"),
                        "acme",
                        "host/sluice",
                        new CredentialSettings.ApiKey("s3cret", null),
                        null,
                        "prod/pw",
                        new CredentialSettings.Tls(null, null, Path.of("/ca.pem"))),
                place(settings(
                        "conjur: { url: \"https://conjur\", account: acme, login: host/sluice, api-key: \"${KEY}\","
                                + " password: prod/pw, trust: /ca.pem }")));
    }

    private static CredentialSettings.@Nullable Place place(@Nullable CredentialSettings settings) {
        return settings == null ? null : settings.place();
    }

    @Test
    void none_is_none() {
        Read.Ok ok = assertInstanceOf(Read.Ok.class, ConfigReader.read("s.yaml", "limits: {}\n", name -> null));
        assertNull(ok.config().database().credentials());
    }

    @Test
    void exactly_one_provider() {
        String accepted = "; accepted: one of file, vault, cyberark, conjur";
        assertProblems("refresh: 1s", "s.yaml:2:3: 'credentials' names no provider" + accepted);
        assertProblems(
                "file: { directory: /s }\nvault: { path: a/b }",
                "s.yaml:2:3: 'credentials' has both 'file' and 'vault'" + accepted);
        assertProblems(
                "vualt: { path: a/b }",
                "s.yaml:2:3: 'credentials' names no provider" + accepted,
                "s.yaml:3:5: unknown key 'vualt' in 'credentials'; did you mean 'vault'? accepted: file, vault, cyberark,"
                        + " conjur, refresh, timeout");
    }

    @Test
    void bounds() {
        assertProblems(
                "file: { directory: /s }\nrefresh: 10ms\ntimeout: 2m",
                "s.yaml:4:14: 'refresh' in 'credentials' is out of range; accepted: " + DURATION + ", from 100ms to 1d",
                "s.yaml:5:14: 'timeout' in 'credentials' is out of range; accepted: " + DURATION + ", from 10ms to 1m");
    }

    @Test
    void files() {
        assertProblems(
                "file: { username: /u }",
                "s.yaml:3:5: the file of 'credentials' has neither 'directory' nor 'password'; accepted: one of them");
        assertProblems(
                "file: { directory: /s, password: /p }",
                "s.yaml:3:5: the file of 'credentials' has both 'directory' and 'password'; accepted: one of them");
        assertProblems(
                "file: { directory: /s, username: /u }",
                "s.yaml:3:28: 'username' in the file of 'credentials' is only for a 'password' of its own");
    }

    @Test
    void vault() {
        String accepted = "; accepted: a path of Vault such as secret/data/sluice or database/creds/sluice";
        assertProblems("vault: {}", "s.yaml:3:5: the vault of 'credentials' has no 'path'" + accepted);
        for (String path : new String[] {"secret", "a//b", "a/b?x=1", "/"}) {
            assertProblems(
                    "vault: { path: \"" + path + "\" }",
                    "s.yaml:3:20: bad value '" + path + "' for 'path' in the vault of 'credentials'" + accepted);
        }
    }

    @Test
    void cyberark() {
        assertProblems(
                "cyberark: { url: \"ftp://x\", app-id: a, safe: \"\", certificate: /c }",
                "s.yaml:3:5: the cyberark of 'credentials' has no 'object'; accepted: a text",
                "s.yaml:3:5: the cyberark of 'credentials' has one of 'certificate' and 'key'; accepted: both, or none",
                "s.yaml:3:22: bad value 'ftp://x' for 'url' in the cyberark of 'credentials'; accepted: a URL such as"
                        + " https://secrets.example",
                "s.yaml:3:50: bad value '' for 'safe' in the cyberark of 'credentials'; accepted: a text");
    }

    @Test
    void an_api_key_does_not_stand_in_the_file() {
        String rest = "url: \"http://c\", account: a, login: l, password: p";
        assertProblems(
                "conjur: { " + rest + ", api-key: s3cret }",
                "s.yaml:3:76: 'api-key' in the conjur of 'credentials' stands in the file itself; accepted: \"${NAME}\","
                        + " from the environment");
        assertProblems(
                "conjur: { " + rest + " }",
                "s.yaml:3:5: the conjur of 'credentials' has neither 'api-key' nor 'api-key-file'; accepted: one of them");
        assertProblems(
                "conjur: { " + rest + ", api-key: \"${KEY}\", api-key-file: /k }",
                "s.yaml:3:5: the conjur of 'credentials' has both 'api-key' and 'api-key-file'; accepted: one of them");
    }
}
