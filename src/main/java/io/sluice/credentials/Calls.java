package io.sluice.credentials;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;
import io.vertx.core.net.PemKeyCertOptions;
import io.vertx.core.net.PemTrustOptions;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** Small requests to a provider; what is answered is bounded, and redirects are not followed: they could tell the secret elsewhere. */
final class Calls implements AutoCloseable {
    private static final int MOST_BYTES = 1 << 16;

    private final Vertx vertx;
    private final CredentialSettings.Tls tls;
    private final boolean ssl;
    private final String base;
    private final long timeout;
    private final String who;
    private @Nullable Client client;
    private boolean closed;

    /** What the files of {@link CredentialSettings.Tls} held. */
    private record Pem(
            @Nullable Buffer certificate,
            @Nullable Buffer key,
            @Nullable Buffer trust) {
        static final Pem NONE = new Pem(null, null, null);
    }

    private record Client(Pem pem, HttpClient http) {}

    /** @param who is asked, in words */
    Calls(Vertx vertx, URI base, CredentialSettings.Tls tls, Duration timeout, String who) {
        this.vertx = vertx;
        this.tls = tls;
        this.timeout = timeout.toMillis();
        this.who = who;
        String text = base.toString();
        this.base = text.endsWith("/") ? text.substring(0, text.length() - 1) : text;
        ssl = "https".equals(base.getScheme());
    }

    /** One that shows the certificate that is in its file now: such are renewed while this runs. */
    private Future<HttpClient> client() {
        return tls.equals(CredentialSettings.Tls.NONE)
                ? Future.succeededFuture(of(Pem.NONE))
                : vertx.executeBlocking(
                                () -> new Pem(content(tls.certificate()), content(tls.key()), content(tls.trust())),
                                false)
                        .map(this::of);
    }

    private @Nullable Buffer content(@Nullable Path file) {
        try {
            return file == null ? null : Buffer.buffer(Files.readAllBytes(file));
        } catch (IOException e) {
            throw new Lost(
                    e instanceof AccessDeniedException ? Trouble.DENIED : Trouble.UNREADABLE,
                    "the file " + file + " cannot be read");
        }
    }

    private synchronized HttpClient of(Pem pem) {
        Client known = client;
        if (known != null && (known.pem.equals(pem) || closed)) {
            return known.http;
        }
        if (closed) {
            throw new Lost(Trouble.UNREADABLE, "the gateway ends");
        }
        HttpClientOptions options = new HttpClientOptions().setSsl(ssl).setConnectTimeout((int) timeout);
        if (pem.certificate != null && pem.key != null) {
            options.setPemKeyCertOptions(
                    new PemKeyCertOptions().setCertValue(pem.certificate).setKeyValue(pem.key));
        }
        if (pem.trust != null) {
            options.setPemTrustOptions(new PemTrustOptions().addCertValue(pem.trust));
        }
        HttpClient made = vertx.createHttpClient(options);
        client = new Client(pem, made);
        if (known != null) {
            // With the connections on which the former certificate was shown.
            known.http.close();
        }
        return made;
    }

    /** What came back. */
    record Reply(int status, String body) {
        /** Null where it is none. */
        @Nullable
        JsonObject json() {
            try {
                return new JsonObject(body);
            } catch (DecodeException | ClassCastException foreign) {
                return null;
            }
        }

        @Override
        public String toString() {
            return "status " + status;
        }
    }

    /** Fails with {@link Lost} alone. */
    Future<Reply> send(HttpMethod method, String path, Map<String, String> headers, @Nullable String body) {
        RequestOptions options = new RequestOptions()
                .setMethod(method)
                .setAbsoluteURI(base + path)
                .setTimeout(timeout);
        headers.forEach(options::putHeader);
        return client().compose(http -> asked(http, options, body)).recover(lost -> Future.failedFuture(lost(lost)));
    }

    /** Each step on the request's own event loop: what is answered is not to pass before somebody listens. */
    private static Future<Reply> asked(HttpClient http, RequestOptions options, @Nullable String body) {
        return http.request(options)
                .compose(request -> body == null ? request.send() : request.send(Buffer.buffer(body)))
                .compose(response -> body(response).map(text -> new Reply(response.statusCode(), text.toString())));
    }

    private Lost lost(Throwable lost) {
        if (lost instanceof Lost known) {
            return known;
        }
        // Messages of this exception are its own or of the network, and hold no header and no body.
        return lost instanceof TimeoutException || lost instanceof io.netty.channel.ConnectTimeoutException
                ? new Lost(Trouble.TIMEOUT, who + " did not answer within " + timeout + " ms")
                : new Lost(
                        Trouble.UNREADABLE,
                        who + " is not reached: " + lost.getClass().getSimpleName());
    }

    /** No answer. */
    static final class Lost extends RuntimeException {
        private static final long serialVersionUID = 1;
        private final Trouble trouble;
        private final String why;

        Lost(Trouble trouble, String why) {
            super(why, null, false, false);
            this.trouble = trouble;
            this.why = why;
        }

        Fetched.Failed failed() {
            return new Fetched.Failed(trouble, why);
        }
    }

    /** What a failure of {@link #send} means. */
    static Fetched failed(Throwable problem) {
        return problem instanceof Lost lost
                ? lost.failed()
                : new Fetched.Failed(
                        Trouble.UNREADABLE,
                        "reading it failed with " + problem.getClass().getSimpleName());
    }

    static String encode(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }

    private static Future<Buffer> body(HttpClientResponse response) {
        Promise<Buffer> whole = Promise.promise();
        Buffer body = Buffer.buffer();
        response.handler(part -> {
            if (body.length() + part.length() > MOST_BYTES) {
                whole.tryFail("it is larger than 64KiB");
                response.request().reset();
            } else {
                body.appendBuffer(part);
            }
        });
        response.exceptionHandler(whole::tryFail);
        response.endHandler(end -> whole.tryComplete(body));
        return whole.future();
    }

    @Override
    public synchronized void close() {
        closed = true;
        if (client != null) {
            client.http.close();
        }
    }
}
