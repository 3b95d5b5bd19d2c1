package io.sluice.credentials;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.quarkus.vault.client.VaultClient;
import io.quarkus.vault.client.auth.VaultAppRoleAuthOptions;
import io.quarkus.vault.client.http.jdk.JDKVaultHttpClient;
import io.sluice.credentials.CredentialSettings.ApiKey;
import io.sluice.credentials.CredentialSettings.Conjur;
import io.sluice.credentials.CredentialSettings.CyberArk;
import io.sluice.credentials.CredentialSettings.Tls;
import io.sluice.credentials.CredentialSettings.Vault;
import io.sluice.it.Certificate;
import io.vertx.core.Vertx;
import io.vertx.core.http.ClientAuth;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.net.PemKeyCertOptions;
import io.vertx.core.net.PemTrustOptions;
import java.net.MalformedURLException;
import java.net.URI;
import java.net.http.HttpClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Each provider's API as it is spoken, and what each of its failures comes to. */
class ProvidersTest {
    private static final Vertx VERTX = Vertx.vertx();
    private static final Duration LONG = Duration.ofSeconds(20);
    private static final Duration SHORT = Duration.ofMillis(200);

    @AfterAll
    static void end() {
        VERTX.close();
    }

    private static Fetched fetch(Source source, boolean anew) {
        try {
            return source.fetch(anew).toCompletionStage().toCompletableFuture().get(30, TimeUnit.SECONDS);
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    private static void assertGot(@Nullable String user, String password, long life, Source source) {
        assertEquals(new Fetched.Got(new Credential(user, password), life), fetch(source, false));
    }

    private static void assertFailed(Trouble trouble, String why, Source source) {
        Fetched.Failed failed = assertInstanceOf(Fetched.Failed.class, fetch(source, false));
        assertEquals(trouble + ": " + why, failed.trouble() + ": " + failed.why());
    }

    private static Source cyberArk(CyberArkStandIn provider, String object, Duration timeout) {
        return new CyberArkSource(
                VERTX, new CyberArk(provider.url(), "Sluice", "Data Bases", object, null, Tls.NONE), timeout);
    }

    @Test
    void cyberark_gives_an_account() {
        try (CyberArkStandIn provider = new CyberArkStandIn();
                Source source = cyberArk(provider, "pg&app", LONG)) {
            provider.holds("app", "s3cret");
            assertGot("app", "s3cret", 0, source);
            provider.holds("", "other");
            assertGot(null, "other", 0, source);
            assertEquals(List.of(), provider.foreign());
        }
    }

    @Test
    void a_clients_certificate_that_was_renewed_is_shown_at_the_next_reading(@TempDir Path folder) throws Exception {
        Certificate server = Certificate.in(Files.createDirectory(folder.resolve("server")));
        Certificate old = Certificate.in(Files.createDirectory(folder.resolve("old")));
        Certificate renewed = Certificate.in(Files.createDirectory(folder.resolve("renewed")));
        HttpServer provider = VERTX.createHttpServer(new HttpServerOptions()
                        .setSsl(true)
                        .setClientAuth(ClientAuth.REQUIRED)
                        .setPemKeyCertOptions(new PemKeyCertOptions()
                                .setCertPath(server.certificate().toString())
                                .setKeyPath(server.key().toString()))
                        .setPemTrustOptions(new PemTrustOptions()
                                .addCertPath(renewed.certificate().toString())))
                .requestHandler(request -> request.response().end("{\"UserName\":\"app\",\"Content\":\"s3cret\"}"))
                .listen(0, "127.0.0.1")
                .toCompletionStage()
                .toCompletableFuture()
                .get(20, TimeUnit.SECONDS);
        URI url = URI.create("https://127.0.0.1:" + provider.actualPort());
        Tls tls = new Tls(old.certificate(), old.key(), server.certificate());
        try (Source source =
                new CyberArkSource(VERTX, new CyberArk(url, "Sluice", "Data Bases", "pg", null, tls), LONG)) {
            assertInstanceOf(Fetched.Failed.class, fetch(source, false));
            Files.copy(renewed.key(), old.key(), StandardCopyOption.REPLACE_EXISTING);
            Files.copy(renewed.certificate(), old.certificate(), StandardCopyOption.REPLACE_EXISTING);
            assertGot("app", "s3cret", 0, source);
            Files.delete(old.key());
            assertFailed(Trouble.UNREADABLE, "the file " + old.key() + " cannot be read", source);
        }
        provider.close().toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
    }

    @Test
    void failures_of_cyberark_are_told_apart() {
        String who = "CyberArk's credential provider";
        try (CyberArkStandIn provider = new CyberArkStandIn()) {
            assertFailed(
                    Trouble.UNREADABLE,
                    who + " answers APPAP004E: there is no such object, or the application may not see its safe",
                    cyberArk(provider, "another", LONG));
            Source source = cyberArk(provider, "pg&app", LONG);
            provider.answersInstead(403, "{\"ErrorCode\":\"APPAP133E\",\"ErrorMsg\":\"s3cret\"}");
            assertFailed(Trouble.DENIED, who + " answers APPAP133E", source);
            provider.answersInstead(500, "{\"ErrorCode\":\"APPAP282E\",\"ErrorMsg\":\"Password change in process\"}");
            assertFailed(
                    Trouble.UNREADABLE, who + " answers APPAP282E: the password is being changed right now", source);
            provider.answersInstead(502, "<html>s3cret</html>");
            assertFailed(Trouble.UNREADABLE, who + " answers status 502", source);
            provider.answersInstead(200, "{\"UserName\":\"app\"}");
            assertFailed(Trouble.UNREADABLE, who + " answers status 200", source);
            provider.fallsSilent();
            assertFailed(Trouble.TIMEOUT, who + " did not answer within 200 ms", cyberArk(provider, "pg&app", SHORT));
            assertEquals(List.of(), provider.foreign());
            provider.close();
            Fetched.Failed lost =
                    assertInstanceOf(Fetched.Failed.class, fetch(cyberArk(provider, "pg&app", LONG), false));
            assertEquals(Trouble.UNREADABLE, lost.trouble());
            assertTrue(lost.why().startsWith(who + " is not reached"), lost.why());
        }
    }

    private static Source conjur(ConjurStandIn conjur, ApiKey key, String password, Duration timeout) {
        Conjur settings = new Conjur(conjur.url(), "acme", "host/sluice", key, "prod/db/user", password, Tls.NONE);
        return new ConjurSource(VERTX, settings, timeout, InstantSource.system());
    }

    @Test
    void conjur_gives_variables_for_a_token_that_is_kept_and_replaced_when_it_ends() {
        ApiKey key = new ApiKey(ConjurStandIn.KEY, null);
        try (ConjurStandIn conjur = new ConjurStandIn();
                Source source = conjur(conjur, key, "prod/db/password", LONG)) {
            conjur.holds("app", "s3cret");
            assertGot("app", "s3cret", 0, source);
            assertGot("app", "s3cret", 0, source);
            assertEquals(1, conjur.tokens());
            conjur.endTokens();
            assertGot("app", "s3cret", 0, source);
            assertEquals(2, conjur.tokens());
            assertEquals(List.of(), conjur.foreign());
        }
    }

    @Test
    void an_api_key_may_change_in_its_file(@TempDir Path folder) throws Exception {
        Path file = Files.writeString(folder.resolve("key"), "old\n");
        try (ConjurStandIn conjur = new ConjurStandIn();
                Source source = conjur(conjur, new ApiKey(null, file), "prod/db/password", LONG)) {
            assertFailed(Trouble.DENIED, "Conjur does not take the API key of 'host/sluice'", source);
            Files.writeString(file, ConjurStandIn.KEY + "\n");
            assertGot("app", "first", 0, source);
        }
    }

    @Test
    void failures_of_conjur_are_told_apart() {
        ApiKey key = new ApiKey(ConjurStandIn.KEY, null);
        try (ConjurStandIn conjur = new ConjurStandIn()) {
            assertFailed(
                    Trouble.UNREADABLE,
                    "Conjur has no value for 'another', or 'host/sluice' may not see it",
                    conjur(conjur, key, "another", LONG));
            Source source = conjur(conjur, key, "prod/db/password", LONG);
            assertGot("app", "first", 0, source);
            conjur.answersInstead(403, "");
            assertFailed(Trouble.DENIED, "Conjur lets 'host/sluice' not read 'prod/db/user'", source);
            conjur.answersInstead(401, "");
            assertFailed(Trouble.DENIED, "Conjur does not take the API key of 'host/sluice'", source);
            conjur.answersInstead(500, "");
            assertFailed(Trouble.UNREADABLE, "Conjur answers status 500 to the API key", source);
            conjur.fallsSilent();
            assertFailed(
                    Trouble.TIMEOUT,
                    "Conjur did not answer within 200 ms",
                    conjur(conjur, key, "prod/db/password", SHORT));
            assertEquals(List.of(), conjur.foreign());
        }
    }

    private static Source vault(VaultStandIn vault, String token, String path, Duration timeout) {
        try {
            VaultClient client = VaultClient.builder()
                    .baseUrl(vault.url().toURL())
                    .clientToken(token)
                    .requestTimeout(timeout)
                    .executor(new JDKVaultHttpClient(HttpClient.newHttpClient()))
                    .build();
            return new VaultSource(client, new Vault(path, "username", "password"));
        } catch (MalformedURLException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void vault_gives_secrets_of_both_versions_of_its_key_value_engine_without_a_lease() {
        try (VaultStandIn vault = new VaultStandIn()) {
            vault.holds("app", "s3cret");
            assertGot("app", "s3cret", 0, vault(vault, VaultStandIn.TOKEN, "kv/sluice", LONG));
            assertGot("app", "s3cret", 0, vault(vault, VaultStandIn.TOKEN, "secret/data/sluice", LONG));
            assertEquals(List.of(), vault.foreign());
        }
    }

    @Test
    void a_lease_of_vault_is_renewed_until_vault_extends_it_by_little_and_then_comes_another() {
        try (VaultStandIn vault = new VaultStandIn()) {
            Source source = vault(vault, VaultStandIn.TOKEN, "database/creds/app", LONG);
            vault.leases(60, 60);
            assertGot("v-app-1", "p-1", 60_000, source);
            assertGot("v-app-1", "p-1", 60_000, source);
            vault.leases(60, 30);
            assertGot("v-app-1", "p-1", 30_000, source);
            vault.leases(60, 29);
            assertGot("v-app-2", "p-2", 60_000, source);
            assertEquals(3, vault.renewals());
            assertEquals(List.of(), vault.foreign());
        }
    }

    @Test
    void a_lease_that_nobody_renews_stays_and_one_that_vault_does_not_know_is_replaced() {
        try (VaultStandIn vault = new VaultStandIn()) {
            Source source = vault(vault, VaultStandIn.TOKEN, "database/creds/app", LONG);
            assertGot("v-app-1", "p-1", 3_600_000, source);
            vault.answersInstead(503, "{\"errors\":[\"Vault is sealed\"]}");
            assertFailed(Trouble.UNREADABLE, "Vault is sealed or in maintenance", source);
            vault.answersAgain();
            assertGot("v-app-1", "p-1", 3_600_000, source);
            // Another source's lease is the only one that the stand-in renews from now on.
            assertGot("v-app-2", "p-2", 3_600_000, vault(vault, VaultStandIn.TOKEN, "database/creds/app", LONG));
            assertGot("v-app-3", "p-3", 3_600_000, source);
            assertEquals(List.of(), vault.foreign());
        }
    }

    @Test
    void a_renewal_that_fails_late_changes_nothing_of_what_came_meanwhile() throws Exception {
        try (VaultStandIn vault = new VaultStandIn()) {
            Source source = vault(vault, VaultStandIn.TOKEN, "database/creds/app", SHORT);
            assertGot("v-app-1", "p-1", 3_600_000, source);
            vault.fallsSilent();
            int asked = vault.asked();
            var late = source.fetch(false);
            await().until(() -> vault.asked() > asked);
            vault.answersAgain();
            assertEquals(new Fetched.Got(new Credential("v-app-2", "p-2"), 3_600_000), fetch(source, true));
            late.toCompletionStage().toCompletableFuture().get(30, TimeUnit.SECONDS);
            assertGot("v-app-2", "p-2", 3_600_000, source);
            assertEquals(2, vault.leases());
        }
    }

    @Test
    void a_lease_whose_password_postgres_refuses_is_not_renewed() {
        try (VaultStandIn vault = new VaultStandIn()) {
            Source source = vault(vault, VaultStandIn.TOKEN, "database/creds/app", LONG);
            assertGot("v-app-1", "p-1", 3_600_000, source);
            assertEquals(new Fetched.Got(new Credential("v-app-2", "p-2"), 3_600_000), fetch(source, true));
            assertEquals(0, vault.renewals());
        }
    }

    @Test
    void an_app_role_logs_in_or_is_denied() throws MalformedURLException {
        try (VaultStandIn vault = new VaultStandIn()) {
            for (String secret : new String[] {VaultStandIn.SECRET_ID, "another"}) {
                VaultClient client = VaultClient.builder()
                        .baseUrl(vault.url().toURL())
                        .appRole(VaultAppRoleAuthOptions.builder()
                                .roleId(VaultStandIn.ROLE_ID)
                                .secretId(secret)
                                .build())
                        .executor(new JDKVaultHttpClient(HttpClient.newHttpClient()))
                        .build();
                Source source = new VaultSource(client, new Vault("kv/sluice", "username", "password"));
                if (secret.equals("another")) {
                    assertFailed(Trouble.DENIED, "Vault answers 400 to the login: it does not take who asks", source);
                } else {
                    assertGot("app", "first", 0, source);
                }
            }
            assertEquals(List.of(), vault.foreign());
        }
    }

    @Test
    void failures_of_vault_are_told_apart() {
        try (VaultStandIn vault = new VaultStandIn()) {
            assertFailed(
                    Trouble.DENIED,
                    "Vault answers 403: its token is not taken, or no policy of it lets it read 'kv/sluice'",
                    vault(vault, "another", "kv/sluice", LONG));
            assertFailed(
                    Trouble.UNREADABLE,
                    "Vault has nothing at 'kv/none'",
                    vault(vault, VaultStandIn.TOKEN, "kv/none", LONG));
            Source source = vault(vault, VaultStandIn.TOKEN, "kv/sluice", LONG);
            vault.answersInstead(503, "{\"errors\":[\"Vault is sealed\"]}");
            assertFailed(Trouble.UNREADABLE, "Vault is sealed or in maintenance", source);
            vault.answersInstead(200, "{\"data\":{\"username\":\"s3cret\"}}");
            assertFailed(Trouble.UNREADABLE, "'kv/sluice' has no 'password'", source);
            vault.answersInstead(200, "s3cret");
            Fetched.Failed foreign = assertInstanceOf(Fetched.Failed.class, fetch(source, false));
            assertEquals(Trouble.UNREADABLE, foreign.trouble());
            assertFalse(foreign.why().contains("s3cret"), foreign.why());
            vault.fallsSilent();
            assertFailed(
                    Trouble.TIMEOUT,
                    "Vault did not answer in time",
                    vault(vault, VaultStandIn.TOKEN, "kv/sluice", SHORT));
            assertEquals(List.of(), vault.foreign());
            vault.close();
            assertFailed(
                    Trouble.UNREADABLE, "Vault is not reached", vault(vault, VaultStandIn.TOKEN, "kv/sluice", LONG));
        }
    }
}
