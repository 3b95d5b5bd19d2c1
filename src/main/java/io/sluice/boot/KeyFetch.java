package io.sluice.boot;

import io.sluice.token.PublicKeys;
import io.sluice.token.TokenSettings;
import io.sluice.token.TokenVerifier;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.RequestOptions;
import java.net.URI;
import java.time.InstantSource;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Verifies tokens by keys that their issuer publishes: fetched at the start, every few minutes, and when a token names an unknown key.
 * While they cannot be fetched those of before are used; while there were none, tokens name nobody.
 */
final class KeyFetch implements AutoCloseable {
    private static final Logger LOG = Logger.getLogger(KeyFetch.class);
    private static final long LOOK_MILLIS = 1_000;
    private static final long EVERY = TimeUnit.MINUTES.toNanos(5);
    /** Between two attempts, however many unknown keys are named; twice as long after each that brought no new key. */
    private static final long PAUSE = TimeUnit.SECONDS.toNanos(5);

    private static final long LONGEST_PAUSE = TimeUnit.SECONDS.toNanos(60);

    private static final int TIMEOUT_MILLIS = 5_000;
    private static final int MOST_BYTES = 1 << 20;

    final TokenVerifier verifier;
    private final TokenSettings settings;
    private final Vertx vertx;
    private final @Nullable HttpClient client;
    private final AtomicBoolean wanted = new AtomicBoolean(true);
    private final AtomicLong triedAt;
    private final long timer;
    private volatile long fetchedAt;
    private volatile long pause = PAUSE;
    private volatile boolean said;

    /** @param before whose keys are used until others were fetched; null: none */
    KeyFetch(Vertx vertx, TokenSettings settings, @Nullable KeyFetch before) {
        this.vertx = vertx;
        this.settings = settings;
        this.verifier = new TokenVerifier(settings, InstantSource.system(), () -> wanted.set(true));
        this.triedAt = new AtomicLong(System.nanoTime() - PAUSE);
        URI address = settings.jwks();
        if (address == null) {
            client = null;
            timer = -1;
        } else {
            client = vertx.createHttpClient(new HttpClientOptions()
                    .setSsl("https".equals(address.getScheme()))
                    .setConnectTimeout(TIMEOUT_MILLIS));
            if (before != null && address.equals(before.settings.jwks())) {
                verifier.use(before.verifier.keys());
            }
            look(address, client);
            timer = vertx.setPeriodic(LOOK_MILLIS, tick -> look(address, client));
        }
    }

    boolean serves(TokenSettings other) {
        return settings.equals(other);
    }

    private void look(URI address, HttpClient asked) {
        long now = System.nanoTime();
        boolean due = wanted.get() || now - fetchedAt > EVERY;
        long before = triedAt.get();
        if (due && now - before >= pause && triedAt.compareAndSet(before, now)) {
            fetch(address, asked)
                    .onSuccess(keys -> fetched(address, keys))
                    .onFailure(failure -> failed(address, failure));
        }
    }

    private static Future<Buffer> fetch(URI address, HttpClient client) {
        return client.request(new RequestOptions()
                        .setMethod(HttpMethod.GET)
                        .setAbsoluteURI(address.toString())
                        .setTimeout(TIMEOUT_MILLIS)
                        .putHeader("Accept", "application/jwk-set+json, application/json"))
                .compose(request -> request.send())
                .compose(response -> response.statusCode() == 200
                        ? body(response)
                        : Future.failedFuture("it answers " + response.statusCode()));
    }

    private static Future<Buffer> body(HttpClientResponse response) {
        Promise<Buffer> whole = Promise.promise();
        Buffer body = Buffer.buffer();
        response.handler(part -> {
            if (body.length() + part.length() > MOST_BYTES) {
                whole.tryFail("it is larger than 1MiB");
                response.request().reset();
            } else {
                body.appendBuffer(part);
            }
        });
        response.exceptionHandler(whole::tryFail);
        response.endHandler(end -> whole.tryComplete(body));
        return whole.future();
    }

    private void fetched(URI address, Buffer body) {
        try {
            boolean others = verifier.use(PublicKeys.parse(body.toString()));
            pause = others || !wanted.get() ? PAUSE : Math.min(LONGEST_PAUSE, pause * 2);
            wanted.set(false);
            fetchedAt = System.nanoTime();
            if (said) {
                LOG.infof("The keys of tokens were fetched from %s", address);
                said = false;
            }
        } catch (IllegalArgumentException foreign) {
            failed(address, foreign);
        }
    }

    private void failed(URI address, Throwable failure) {
        if (!said) {
            said = true;
            LOG.warnf(
                    "The keys of tokens cannot be fetched from %s (%s): those of before stay in use, and without any a token names nobody",
                    address, failure.getMessage());
        }
    }

    @Override
    public void close() {
        HttpClient open = client;
        if (open != null) {
            vertx.cancelTimer(timer);
            open.close();
        }
    }
}
