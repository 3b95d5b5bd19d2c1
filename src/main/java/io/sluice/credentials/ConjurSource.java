package io.sluice.credentials;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpMethod;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Base64;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Variables of CyberArk Conjur, read with a token that the API key gives for a few minutes. */
final class ConjurSource implements Source {
    private static final String WHO = "Conjur";
    /** Conjur's tokens live eight minutes. */
    private static final long TOKEN_MILLIS = 5 * 60_000;

    private final Vertx vertx;
    private final CredentialSettings.Conjur settings;
    private final InstantSource clock;
    private final Calls calls;
    private volatile @Nullable Token token;

    private record Token(String header, long until) {}

    ConjurSource(Vertx vertx, CredentialSettings.Conjur settings, Duration timeout, InstantSource clock) {
        this.vertx = vertx;
        this.settings = settings;
        this.clock = clock;
        calls = new Calls(vertx, settings.url(), settings.tls(), timeout, WHO);
    }

    @Override
    public String name() {
        return "conjur";
    }

    /** Thrown to the end of a reading. */
    private static final class No extends RuntimeException {
        private static final long serialVersionUID = 1;
        private final Trouble trouble;
        private final String why;

        No(Trouble trouble, String why) {
            super(why, null, false, false);
            this.trouble = trouble;
            this.why = why;
        }
    }

    @Override
    public Future<Fetched> fetch(boolean anew) {
        String user = settings.user();
        Future<@Nullable String> name = user == null ? Future.succeededFuture() : variable(user, true);
        return name.compose(read -> variable(settings.password(), true)
                        .map(password -> (Fetched) new Fetched.Got(new Credential(read, password), 0)))
                .otherwise(problem ->
                        problem instanceof No no ? new Fetched.Failed(no.trouble, no.why) : Calls.failed(problem));
    }

    /** @param first whether a token that Conjur takes no more may be replaced */
    private Future<String> variable(String id, boolean first) {
        String path = "/secrets/" + Calls.encode(settings.account()) + "/variable/" + Calls.encode(id);
        return token().compose(given -> calls.send(HttpMethod.GET, path, Map.of("Authorization", given), null))
                .compose(reply -> switch (reply.status()) {
                    case 200 ->
                        reply.body().isEmpty()
                                ? Future.failedFuture(new No(Trouble.UNREADABLE, "the variable '" + id + "' is empty"))
                                : Future.succeededFuture(reply.body());
                    case 401 -> {
                        token = null;
                        yield first
                                ? variable(id, false)
                                : Future.failedFuture(
                                        new No(Trouble.DENIED, WHO + " takes no token of its own making"));
                    }
                    case 403 ->
                        Future.failedFuture(
                                new No(Trouble.DENIED, WHO + " lets '" + settings.login() + "' not read '" + id + "'"));
                    case 404 ->
                        Future.failedFuture(new No(
                                Trouble.UNREADABLE,
                                WHO + " has no value for '" + id + "', or '" + settings.login() + "' may not see it"));
                    default ->
                        Future.failedFuture(new No(Trouble.UNREADABLE, WHO + " answers status " + reply.status()));
                });
    }

    private Future<String> token() {
        Token known = token;
        if (known != null && clock.millis() < known.until) {
            return Future.succeededFuture(known.header);
        }
        String path =
                "/authn/" + Calls.encode(settings.account()) + "/" + Calls.encode(settings.login()) + "/authenticate";
        return key().compose(key -> calls.send(
                        HttpMethod.POST, path, Map.of("Accept-Encoding", "base64", "Content-Type", "text/plain"), key))
                .compose(reply -> {
                    if (reply.status() == 200) {
                        Token given = new Token(header(reply.body()), clock.millis() + TOKEN_MILLIS);
                        token = given;
                        return Future.succeededFuture(given.header);
                    }
                    boolean denied = reply.status() == 401 || reply.status() == 403;
                    return Future.failedFuture(
                            denied
                                    ? new No(
                                            Trouble.DENIED,
                                            WHO + " does not take the API key of '" + settings.login() + "'")
                                    : new No(
                                            Trouble.UNREADABLE,
                                            WHO + " answers status " + reply.status() + " to the API key"));
                });
    }

    /** A server that was not asked for base64, or does not know it, answers the token as JSON. */
    private static String header(String body) {
        String stripped = body.strip();
        String token = stripped.startsWith("{")
                ? Base64.getEncoder().encodeToString(stripped.getBytes(StandardCharsets.UTF_8))
                : stripped;
        return "Token token=\"" + token + "\"";
    }

    private Future<String> key() {
        Path file = settings.key().file();
        return file == null
                ? Future.succeededFuture(Objects.requireNonNull(settings.key().value()))
                : vertx.executeBlocking(() -> keyIn(file), false);
    }

    private static String keyIn(Path file) {
        try {
            return FileSource.text(file);
        } catch (IOException e) {
            throw new No(Trouble.UNREADABLE, "the API key's file " + file + " cannot be read");
        }
    }

    @Override
    public void close() {
        calls.close();
    }
}
