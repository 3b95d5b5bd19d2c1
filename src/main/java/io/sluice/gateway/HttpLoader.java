package io.sluice.gateway;

import io.sluice.cache.Body;
import io.sluice.cache.CachePolicy;
import io.sluice.cache.Draft;
import io.sluice.cache.Entry;
import io.sluice.cache.Load;
import io.sluice.cache.Loader;
import io.sluice.cache.Tags;
import io.sluice.cache.Timer;
import io.sluice.cache.http.CacheControl;
import io.sluice.cache.http.FieldNames;
import io.sluice.cache.http.HttpDate;
import io.sluice.cache.http.HttpStorage;
import io.sluice.cache.http.OriginTags;
import io.sluice.cache.http.Storability;
import io.sluice.cache.http.Validation;
import io.sluice.origin.Answer;
import io.sluice.origin.Call;
import io.smallrye.mutiny.Uni;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.MultiMap;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Loads an HTTP answer for the cache: a plain GET, whatever method, range or condition the caller came with. */
final class HttpLoader implements Loader<Answer> {
    private static final int NOT_MODIFIED = 304;
    static final String TOO_LARGE = "max-entry";

    private final OriginCalls origin;
    private final Call call;
    private final boolean part;
    private final boolean less;
    private final String site;
    private final CachePolicy policy;
    private final List<String> tags;
    private final InstantSource clock;
    private final Arrival.Terms terms;
    private final Thread loop = Thread.currentThread();
    private final Context context = Vertx.currentContext();

    HttpLoader(
            OriginCalls origin,
            Exchange exchange,
            CachePolicy policy,
            List<String> tags,
            InstantSource clock,
            Timer timer,
            long deadline) {
        this.clock = clock;
        this.terms = new Arrival.Terms(policy.maxEntry(), deadline, timer, context);
        this.origin = origin;
        this.policy = policy;
        this.tags = tags;
        MultiMap sent = exchange.request.headers();
        this.part = sent.contains("range") && exchange.request.method().equals(HttpMethod.GET);
        this.less = part
                || exchange.request.method().equals(HttpMethod.HEAD)
                || sent.contains(HttpHeaders.IF_NONE_MATCH)
                || sent.contains(HttpHeaders.IF_MODIFIED_SINCE);
        MultiMap headers = LoadFields.of(sent, policy);
        String scheme = CacheKeys.scheme(exchange);
        if (headers.contains("x-forwarded-host")) {
            List<String> hosts = headers.getAll("x-forwarded-host");
            headers.set(
                    "x-forwarded-host",
                    hosts.stream()
                            .map(host -> String.valueOf(CacheKeys.normal(host, scheme)))
                            .toList());
        }
        this.site = CacheKeys.origin(exchange);
        this.call = new Call(
                HttpMethod.GET,
                exchange.uri,
                headers,
                exchange.parameters,
                keyed(Calls.peer(exchange), scheme),
                null,
                exchange.request);
    }

    /** Spelled as in the key: an origin that tells spellings of its host apart would else answer all of them as one was asked. */
    private static Call.Peer keyed(Call.Peer peer, String scheme) {
        return new Call.Peer(
                peer.address(), peer.trusted(), peer.scheme(), String.valueOf(CacheKeys.normal(peer.host(), scheme)));
    }

    /** A stream belongs to one event loop, the caller's; a load may be started from any. */
    @Override
    public Uni<Load<Answer>> load(@Nullable Entry stored) {
        Uni<Load<Answer>> load = asked(stored);
        return Thread.currentThread().equals(loop)
                ? load
                : load.runSubscriptionOn(task -> context.runOnContext(here -> task.run()));
    }

    private Uni<Load<Answer>> asked(@Nullable Entry stored) {
        Call conditional = stored == null ? null : conditional(stored);
        return origin.ask(conditional == null ? call : conditional).flatMap(answer -> {
            if (answer instanceof Answer.Streaming streaming) {
                if (streaming.status() == NOT_MODIFIED && stored != null && conditional != null) {
                    return validated(streaming, stored);
                }
                return Uni.createFrom()
                        .completionStage(() -> loaded(streaming, stored).toCompletionStage());
            }
            return Uni.createFrom()
                    .item(
                            answer instanceof Answer.Failed
                                    ? new Load.Failed<>(answer)
                                    : new Load.Passing<>(answer, false));
        });
    }

    /** Asks whether what is stored is still right (RFC 9111 §4.3.1); null: it has nothing to tell it by. */
    private @Nullable Call conditional(Entry stored) {
        String etag = stored.header("etag");
        String modified = stored.header("last-modified");
        if (etag == null && modified == null) {
            return null;
        }
        MultiMap headers = HttpHeaders.headers().addAll(call.headers());
        if (etag != null) {
            headers.set(HttpHeaders.IF_NONE_MATCH, etag);
        }
        if (modified != null) {
            headers.set(HttpHeaders.IF_MODIFIED_SINCE, modified);
        }
        return new Call(HttpMethod.GET, call.uri(), headers, call.pathParameters(), call.peer(), null, call.listener());
    }

    /** Still right, and it has the headers of this answer now (RFC 9111 §4.3.4). */
    private Uni<Load<Answer>> validated(Answer.Streaming notModified, Entry stored) {
        // Read to its end, which keeps the connection; a 304 has no body.
        return Uni.createFrom()
                .completionStage(() -> notModified.gather(0, () -> {}).toCompletionStage())
                .onItemOrFailure()
                .transformToUni((read, broken) -> updated(notModified.headers(), stored));
    }

    private Uni<Load<Answer>> updated(MultiMap told, Entry stored) {
        if (!Validation.concerns(told.get(HttpHeaders.ETAG), stored.header("etag"))) {
            return asked(null);
        }
        MultiMap headers = HttpHeaders.headers();
        List<String> updated =
                Validation.updated(stored.headers(), told.names(), told::getAll, HttpDate.format(clock.millis()));
        for (int i = 0; i < updated.size(); i += 2) {
            headers.add(updated.get(i), updated.get(i + 1));
        }
        Storability storability =
                HttpStorage.decide("GET", authorized(), stored.status(), headers::getAll, policy, clock.millis());
        dated(headers);
        if (storability instanceof Storability.No no && no.isOfFreshness()) {
            // Stored and not asked for whole, it would be asked about over and over.
            return asked(null);
        }
        if (!(storability instanceof Storability.Store) && !stored.body().isPlainHere()) {
            return asked(null); // too rare to make the plain bytes for this one caller
        }
        TagFields.hide(headers, policy);
        // Its tags are not among its headers, where clients do not see them; a 304 need not repeat them.
        return Uni.createFrom()
                .item(
                        storability instanceof Storability.Store store
                                ? storable(
                                        stored.status(),
                                        headers,
                                        store,
                                        Tags.join(tags, stored.tags()),
                                        stored.body(),
                                        NOT_MODIFIED)
                                : new Load.Passing<>(
                                        new Answer.Whole(
                                                stored.status(),
                                                headers,
                                                Buffer.buffer(stored.body().plain())),
                                        !authorized(),
                                        ((Storability.No) storability).reason()));
    }

    @Override
    public void discard(Answer answer) {
        if (answer instanceof Answer.Streaming streaming) {
            streaming.discard();
        }
    }

    private Future<Load<Answer>> loaded(Answer.Streaming streaming, @Nullable Entry stale) {
        Storability storability = HttpStorage.decide(
                "GET", authorized(), streaming.status(), streaming.headers()::getAll, policy, clock.millis());
        TagFields.hide(streaming, policy);
        if (isFailure(streaming.status()) && !lasts(storability, stale)) {
            List<String> names = FieldNames.of(streaming.headers().getAll(HttpHeaders.VARY));
            boolean shareable = shareable(streaming.headers()) && HttpStorage.canSelect(names);
            return whole(
                    streaming,
                    body -> new Load.Failed<>(
                            new Answer.Whole(streaming.status(), streaming.headers(), body),
                            shareable,
                            streaming.status(),
                            vary(names)));
        }
        if (storability instanceof Storability.Store store && !tooLarge(streaming.headers())) {
            dated(streaming.headers());
            Function<Buffer, Load.Ended<Answer>> storing = body -> storable(
                    streaming.status(), streaming.headers(), store, tags, Body.of(body.getBytes()), streaming.status());
            // A part is cut from the whole.
            return part ? whole(streaming, storing) : Arrival.of(streaming, terms, storing);
        }
        // What one caller may not have stored says nothing of what the next one asks for.
        String reason = storability instanceof Storability.No no ? no.reason() : TOO_LARGE;
        return Future.succeededFuture(new Load.Passing<>(streaming, !authorized(), reason));
    }

    private Future<Load<Answer>> whole(Answer.Streaming streaming, Function<Buffer, Load.Ended<Answer>> whole) {
        return Arrival.whole(streaming, terms, whole).map(ended -> ended);
    }

    /** A response that came without a date gets that of its receipt, which its age counts from (RFC 9110 §6.6.1). */
    private void dated(MultiMap headers) {
        if (!headers.contains(HttpHeaders.DATE)) {
            headers.set("Date", HttpDate.format(clock.millis()));
        }
    }

    /** What was asked with credentials may not be stored, mostly: it is no refresh for the others. */
    @Override
    public boolean suitsOthers() {
        return !authorized();
    }

    @Override
    public boolean wantsLess() {
        return less;
    }

    private boolean authorized() {
        return call.headers().contains(HttpHeaders.AUTHORIZATION);
    }

    /** Whether a failure may be shown to the other callers of this load: nothing in it is about this one. */
    private boolean shareable(MultiMap headers) {
        CacheControl control = CacheControl.of(headers::getAll);
        return !authorized()
                && !call.headers().contains(HttpHeaders.COOKIE)
                && !headers.contains(HttpHeaders.SET_COOKIE)
                && !control.has("private")
                && !control.has("no-store");
    }

    /** An error that stale may stand in for (RFC 5861 §4). */
    private static boolean isFailure(int status) {
        return status >= 500 && status <= 504 && status != 501;
    }

    /** Whether the origin says of its failure that it is to be stored, and nothing better may be there. */
    private static boolean lasts(Storability storability, @Nullable Entry stale) {
        return storability instanceof Storability.Store store
                && store.fresh() > 0
                && (stale == null || stale.staleIfError() == 0);
    }

    private boolean tooLarge(MultiMap headers) {
        String length = headers.get(HttpHeaders.CONTENT_LENGTH);
        return length != null && (length.length() > 9 || Integer.parseInt(length) > policy.maxEntry());
    }

    /** Trailers are not kept: a cache may leave them out (RFC 9111 §3). */
    private Load.Storable<Answer> storable(
            int status, MultiMap said, Storability.Store store, List<String> tags, Body body, int forwarded) {
        List<String> headers = new ArrayList<>();
        List<String> own = new ArrayList<>(0);
        for (Map.Entry<String, String> header : said) {
            String name = header.getKey().toLowerCase(Locale.ROOT);
            if (!store.unstored().contains(name)) {
                List<String> kept = store.withheld().contains(name) ? own : headers;
                kept.add(header.getKey());
                kept.add(header.getValue());
            }
        }
        List<String> groups = Tags.join(tags, OriginTags.groups(said::getAll, site));
        return new Load.Storable<>(draft(status, headers, store, groups, body), own, forwarded);
    }

    /** What the route says it depends on, and what the answer says. */
    private List<String> vary(List<String> said) {
        if (policy.vary().isEmpty()) {
            return said;
        }
        List<String> names = new ArrayList<>(policy.vary());
        names.addAll(said);
        return names;
    }

    private Draft draft(int status, List<String> headers, Storability.Store store, List<String> tags, Body body) {
        return new Draft(
                status,
                headers,
                body,
                store.initialAge(),
                store.fresh(),
                policy.refreshAfter() == 0 ? Long.MAX_VALUE : policy.refreshAfter(),
                policy.refreshEarly(),
                store.staleWhileRevalidate(),
                store.staleIfError(),
                Tags.join(tags, Tags.withTables(store.tags())),
                vary(store.vary()));
    }
}
