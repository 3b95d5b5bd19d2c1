package io.sluice.gateway;

import io.sluice.cache.Body;
import io.sluice.cache.Draft;
import io.sluice.cache.Entry;
import io.sluice.cache.Load;
import io.sluice.cache.Loader;
import io.sluice.cache.http.AcceptedCodings;
import io.sluice.cache.http.Gzip;
import io.sluice.origin.Answer;
import io.smallrye.mutiny.Uni;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Gzips what another loader brings to be stored, once per load and where that is worth it. */
final class Compressing implements Loader<Answer> {
    /** Bytes that are gzipped within about 0.1 ms: more is done beside the event loop. */
    private static final int SMALL = 16_384;

    private final Loader<Answer> loader;
    private final boolean wanted;
    private final AcceptedCodings accepted;
    private final Context context = Vertx.currentContext();

    /**
     * @param wanted whether the route wants it: what another version of the route left stored may be gzipped where this one does not
     * @param accepted by the client that the answer is loaded for
     */
    Compressing(Loader<Answer> loader, boolean wanted, AcceptedCodings accepted) {
        this.loader = loader;
        this.wanted = wanted;
        this.accepted = accepted;
    }

    @Override
    public Uni<Load<Answer>> load(@Nullable Entry stored) {
        return loader.load(stored).flatMap(load -> {
            if (load instanceof Load.Arriving<Answer> arriving) {
                // Its caller has the plain bytes as they come.
                return Uni.createFrom()
                        .item(new Load.Arriving<>(
                                arriving.answer(), arriving.end().flatMap(this::ended)));
            }
            return load instanceof Load.Ended<Answer> end
                    ? ended(end).map(its -> its)
                    : Uni.createFrom().item(load);
        });
    }

    /** What is stored without a load: for clients that take both. */
    static Draft coded(Draft draft, boolean wanted) {
        AcceptedCodings any = AcceptedCodings.of("gzip");
        Body body = draft.body();
        return wanted && Gzip.suits(draft.headers(), body.length(), draft.vary(), any)
                ? draft.with(body.gzip(!any.prefersGzip()))
                : draft;
    }

    private Uni<Load.Ended<Answer>> ended(Load.Ended<Answer> end) {
        return end instanceof Load.Storable<Answer> storable
                ? stored(storable)
                : Uni.createFrom().item(end);
    }

    private Uni<Load.Ended<Answer>> stored(Load.Storable<Answer> storable) {
        Draft draft = storable.draft();
        Body body = draft.body();
        boolean gzipped = wanted && Gzip.suits(draft.headers(), body.length(), draft.vary(), accepted);
        if (gzipped == body.isGzipped()) {
            return Uni.createFrom().item(storable);
        }
        Supplier<Load.Ended<Answer>> coded = () -> new Load.Storable<>(
                draft.with(gzipped ? body.gzip(!accepted.prefersGzip()) : Body.of(body.plain())),
                storable.own(),
                storable.forwarded());
        return body.length() <= SMALL
                ? Uni.createFrom().item(coded.get())
                : Uni.createFrom()
                        .completionStage(
                                () -> context.executeBlocking(coded::get, false).toCompletionStage());
    }

    @Override
    public void discard(Answer answer) {
        loader.discard(answer);
    }

    @Override
    public boolean suitsOthers() {
        return loader.suitsOthers();
    }

    @Override
    public boolean wantsLess() {
        return loader.wantsLess();
    }
}
