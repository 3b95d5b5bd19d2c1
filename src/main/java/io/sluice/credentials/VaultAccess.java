package io.sluice.credentials;

import io.quarkus.vault.client.VaultClient;
import io.quarkus.vault.client.auth.VaultAppRoleAuthOptions;
import io.quarkus.vault.client.auth.VaultKubernetesAuthOptions;
import io.quarkus.vault.client.auth.VaultStaticClientTokenAuthOptions;
import io.quarkus.vault.client.auth.VaultUserPassAuthOptions;
import io.quarkus.vault.client.http.vertx.VertxVaultHttpClient;
import io.vertx.core.Vertx;
import io.vertx.core.net.PemTrustOptions;
import io.vertx.core.net.ProxyOptions;
import io.vertx.ext.web.client.WebClient;
import io.vertx.ext.web.client.WebClientOptions;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import org.eclipse.microprofile.config.Config;

/**
 * Where Vault is and who asks it, by the keys of <a href="https://docs.quarkiverse.io/quarkus-vault/dev/index.html">quarkus-vault</a>
 * with its defaults.
 */
public final class VaultAccess {
    private static final String PREFIX = "quarkus.vault.";
    private static final String IN_POD = "/var/run/secrets/kubernetes.io/serviceaccount/";
    private static final Duration PATIENCE = Duration.ofSeconds(5);
    private static final Duration RENEWED_BEFORE = Duration.ofHours(1);

    private final Config config;

    public VaultAccess(Config config) {
        this.config = config;
    }

    /** A client that has not asked anything yet. Throws {@link IllegalArgumentException} with what is missing. */
    VaultClient client(Vertx vertx) {
        VaultClient.Builder client = VaultClient.builder()
                .baseUrl(text("url")
                        .orElseThrow(() -> new IllegalArgumentException(
                                "needs to know where Vault is: set quarkus.vault.url (QUARKUS_VAULT_URL) and one of"
                                        + " quarkus.vault.authentication.*")))
                .executor(new VertxVaultHttpClient(WebClient.create(vertx, options())))
                .requestTimeout(duration("read-timeout", PATIENCE));
        text("enterprise.namespace").ifPresent(client::namespace);
        identify(client);
        return client.build();
    }

    private void identify(VaultClient.Builder client) {
        Optional<String> token = login("client-token");
        Optional<String> wrapped = login("client-token-wrapping-token");
        if (wrapped.isPresent()) {
            client.clientToken(VaultStaticClientTokenAuthOptions.builder()
                    .unwrappingToken(wrapped.get())
                    .build());
        } else if (token.isPresent()) {
            client.clientToken(token.get());
        } else if (inKubernetes()) {
            client.kubernetes(kubernetes());
        } else if (login("userpass.username").isPresent()) {
            client.userPass(userPass());
        } else if (login("app-role.role-id").isPresent()) {
            client.appRole(appRole());
        } else {
            throw new IllegalArgumentException(
                    "needs to know as whom to ask Vault: set quarkus.vault.authentication.client-token, .kubernetes.role,"
                            + " .app-role.role-id or .userpass.username (QUARKUS_VAULT_AUTHENTICATION_…)");
        }
    }

    private boolean inKubernetes() {
        return login("kubernetes.role").isPresent();
    }

    private VaultKubernetesAuthOptions kubernetes() {
        return VaultKubernetesAuthOptions.builder()
                .mountPath(login("kubernetes.auth-mount-path").orElse("kubernetes"))
                .role(required("kubernetes.role"))
                .jwtTokenPath(Path.of(login("kubernetes.jwt-token-path").orElse(IN_POD + "token")))
                .caching(renewedBefore())
                .build();
    }

    private VaultUserPassAuthOptions userPass() {
        var options = VaultUserPassAuthOptions.builder()
                .mountPath(login("userpass.auth-mount-path").orElse("userpass"))
                .username(required("userpass.username"));
        Optional<String> wrapped = login("userpass.password-wrapping-token");
        if (wrapped.isPresent()) {
            options.unwrappingPassword(
                    wrapped.get(),
                    value("kv-secret-engine-version", Integer.class).orElse(2));
        } else {
            options.password(required("userpass.password"));
        }
        options.caching(renewedBefore());
        return options.build();
    }

    private VaultAppRoleAuthOptions appRole() {
        var options = VaultAppRoleAuthOptions.builder()
                .mountPath(login("app-role.auth-mount-path").orElse("approle"))
                .roleId(required("app-role.role-id"));
        Optional<String> wrapped = login("app-role.secret-id-wrapping-token");
        if (wrapped.isPresent()) {
            options.unwrappingSecretId(wrapped.get());
        } else {
            options.secretId(required("app-role.secret-id"));
        }
        return options.build();
    }

    private WebClientOptions options() {
        WebClientOptions options = new WebClientOptions()
                .setConnectTimeout((int) duration("connect-timeout", PATIENCE).toMillis())
                .setIdleTimeout((int) duration("read-timeout", PATIENCE).toSeconds() * 2);
        text("proxy-host")
                .ifPresent(host -> options.setProxyOptions(new ProxyOptions()
                        .setHost(host)
                        .setPort(value("proxy-port", Integer.class).orElse(3128))));
        value("non-proxy-hosts", String[].class).ifPresent(hosts -> options.setNonProxyHosts(Arrays.asList(hosts)));
        boolean anyone = value("tls.skip-verify", Boolean.class)
                .or(() -> config.getOptionalValue("quarkus.tls.trust-all", Boolean.class))
                .orElse(false);
        if (anyone) {
            options.setTrustAll(true).setVerifyHost(false);
        } else {
            boolean pods = inKubernetes()
                    && value("tls.use-kubernetes-ca-cert", Boolean.class).orElse(true);
            text("tls.ca-cert")
                    .or(() -> Optional.of(IN_POD + "ca.crt").filter(path -> pods))
                    .ifPresent(path -> options.setTrustOptions(new PemTrustOptions().addCertPath(path)));
        }
        return options;
    }

    private Duration renewedBefore() {
        return duration("renew-grace-period", RENEWED_BEFORE);
    }

    private Duration duration(String key, Duration otherwise) {
        return value(key, Duration.class).orElse(otherwise);
    }

    private Optional<String> login(String key) {
        return text("authentication." + key);
    }

    private String required(String key) {
        return login(key)
                .orElseThrow(() ->
                        new IllegalArgumentException("needs quarkus.vault.authentication." + key + " to ask Vault"));
    }

    private Optional<String> text(String key) {
        return value(key, String.class);
    }

    private <T> Optional<T> value(String key, Class<T> type) {
        return config.getOptionalValue(PREFIX + key, type);
    }
}
