package io.sluice.credentials;

import io.quarkus.vault.client.VaultClient;
import io.quarkus.vault.client.VaultClientException;
import io.quarkus.vault.client.api.common.VaultAnyResult;
import io.quarkus.vault.client.common.VaultLeasedResultExtractor;
import io.quarkus.vault.client.common.VaultRequest;
import io.vertx.core.Future;
import java.net.ConnectException;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * What a path of HashiCorp Vault gives: a secret of the key-value engine, version 1 or 2, or credentials of the database engine with
 * their lease, which is renewed as long as Vault extends it.
 */
final class VaultSource implements Source {
    private final VaultClient client;
    private final CredentialSettings.Vault settings;
    private @Nullable Leased leased;
    private long fetches;

    private record Leased(String id, long millis, Credential credential) {}

    VaultSource(VaultClient client, CredentialSettings.Vault settings) {
        this.client = client;
        this.settings = settings;
    }

    @Override
    public String name() {
        return "vault";
    }

    @Override
    public Future<Fetched> fetch(boolean anew) {
        Leased now;
        long fetch;
        synchronized (this) {
            fetch = ++fetches;
            if (anew) {
                leased = null;
            }
            now = leased;
        }
        Future<Fetched> fetched = now == null ? read(fetch) : renew(fetch, now);
        return fetched.otherwise(this::failed);
    }

    /** An answer that comes after the next question was asked counts for nothing. */
    private synchronized void leased(long fetch, @Nullable Leased now) {
        if (fetch == fetches) {
            leased = now;
        }
    }

    private Future<Fetched> read(long fetch) {
        VaultRequest<VaultAnyResult> request = VaultRequest.<VaultAnyResult>get("read the database's credentials")
                .path((Object[]) settings.path().split("/"))
                .expectOkStatus()
                .build(VaultLeasedResultExtractor.of(VaultAnyResult.class));
        return Future.fromCompletionStage(client.execute(request))
                .map(response -> understood(fetch, response.getResult()));
    }

    /**
     * A lease that Vault extends by less than half of what it gave at first nears its end: new credentials come before. Where
     * nobody says whether it is extended, it stays and is asked about again: it lives on meanwhile.
     */
    private Future<Fetched> renew(long fetch, Leased now) {
        return Future.fromCompletionStage(client.sys().leases().renew(now.id, Duration.ofMillis(now.millis)))
                .map(result -> millis(result.getLeaseDuration()))
                .recover(problem -> isRefusal(problem) ? Future.succeededFuture(0L) : Future.failedFuture(problem))
                .compose(millis -> {
                    if (millis < now.millis / 2) {
                        return read(fetch);
                    }
                    return Future.succeededFuture(new Fetched.Got(now.credential, millis));
                });
    }

    /** Such as that there is no such lease any more, or that nobody may renew it. */
    private static boolean isRefusal(Throwable problem) {
        return cause(problem) instanceof VaultClientException refused
                && refused.getStatus() != null
                && refused.getStatus() >= 400
                && refused.getStatus() < 500
                && refused.getStatus() != 429;
    }

    private static Throwable cause(Throwable problem) {
        Throwable cause = problem;
        while (cause instanceof CompletionException && cause.getCause() != null) {
            cause = cause.getCause();
        }
        return cause;
    }

    private Fetched understood(long fetch, @Nullable VaultAnyResult result) {
        Map<?, ?> data = result == null ? null : result.getData();
        // The second version of the key-value engine has the secret one level deeper, beside its metadata.
        if (data != null && data.get("data") instanceof Map<?, ?> inner && data.containsKey("metadata")) {
            data = inner;
        }
        Object password = data == null ? null : data.get(settings.passwordKey());
        if (result == null || data == null || !(password instanceof String text) || text.isEmpty()) {
            return new Fetched.Failed(
                    Trouble.UNREADABLE, "'" + settings.path() + "' has no '" + settings.passwordKey() + "'");
        }
        String user = data.get(settings.userKey()) instanceof String name && !name.isEmpty() ? name : null;
        Credential credential = new Credential(user, text);
        String id = result.getLeaseId();
        if (id == null || id.isEmpty()) {
            leased(fetch, null);
            return new Fetched.Got(credential, 0);
        }
        long millis = millis(result.getLeaseDuration());
        boolean renewable = Boolean.TRUE.equals(result.isRenewable()) && millis > 0;
        leased(fetch, renewable ? new Leased(id, millis, credential) : null);
        return new Fetched.Got(credential, millis);
    }

    private static long millis(@Nullable Duration duration) {
        return duration == null ? 0 : duration.toMillis();
    }

    private Fetched failed(Throwable problem) {
        Throwable cause = cause(problem);
        if (cause instanceof VaultClientException refused && refused.getStatus() != null && refused.getStatus() > 0) {
            int status = refused.getStatus();
            String asked = String.valueOf(refused.getRequestPath());
            if (status >= 400 && status < 500 && status != 429 && asked.contains("/v1/auth/")) {
                return new Fetched.Failed(
                        Trouble.DENIED, "Vault answers " + status + " to the login: it does not take who asks");
            }
            return switch (status) {
                case 403 ->
                    new Fetched.Failed(
                            Trouble.DENIED,
                            "Vault answers 403: its token is not taken, or no policy of it lets it read '"
                                    + settings.path() + "'");
                case 404 -> new Fetched.Failed(Trouble.UNREADABLE, "Vault has nothing at '" + settings.path() + "'");
                case 503 -> new Fetched.Failed(Trouble.UNREADABLE, "Vault is sealed or in maintenance");
                default -> new Fetched.Failed(Trouble.UNREADABLE, "Vault answers status " + status);
            };
        }
        for (Throwable at = cause; at != null; at = at.getCause()) {
            if (at instanceof TimeoutException) {
                return new Fetched.Failed(Trouble.TIMEOUT, "Vault did not answer in time");
            }
            if (at instanceof ConnectException || at instanceof UnknownHostException) {
                return new Fetched.Failed(Trouble.UNREADABLE, "Vault is not reached");
            }
        }
        return new Fetched.Failed(
                Trouble.UNREADABLE,
                "reading from Vault failed with " + cause.getClass().getSimpleName());
    }
}
