package io.sluice.gateway;

import io.sluice.cache.Body;
import io.sluice.cache.CachePolicy;
import io.sluice.cache.Draft;
import io.sluice.cache.Entry;
import io.sluice.cache.Load;
import io.sluice.cache.Loader;
import io.sluice.cache.http.Etags;
import io.sluice.origin.Answer;
import io.sluice.origin.Call;
import io.smallrye.mutiny.Uni;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Loads a declared read from Postgres for the cache. */
final class PostgresLoader implements Loader<Answer> {
    private final OriginCalls origin;
    private final Call call;
    private final CachePolicy policy;
    private final List<String> tags;

    PostgresLoader(OriginCalls origin, Exchange exchange, CachePolicy policy, List<String> tags) {
        this.origin = origin;
        this.call = Calls.detached(exchange);
        this.policy = policy;
        this.tags = tags;
    }

    @Override
    public Uni<Load<Answer>> load(@Nullable Entry stored) {
        return origin.ask(call).map(this::loaded);
    }

    private Load<Answer> loaded(Answer answer) {
        if (answer instanceof Answer.Whole whole) {
            if (whole.body().length() > policy.maxEntry()) {
                return new Load.Passing<>(answer, true, HttpLoader.TOO_LARGE);
            }
            if (whole.status() == 200) {
                return new Load.Storable<>(found(whole, policy, tags));
            }
            if (whole.status() == 404 && policy.negativeTtl() > 0) {
                return new Load.Storable<>(noRow());
            }
        }
        if (answer instanceof Answer.Streaming) {
            return new Load.Passing<>(answer, true, HttpLoader.TOO_LARGE);
        }
        return answer instanceof Answer.Failed ? new Load.Failed<>(answer) : new Load.Passing<>(answer, false);
    }

    /** What is stored of a row, a list or a value that was found. */
    static Draft found(Answer.Whole answer, CachePolicy policy, List<String> tags) {
        byte[] body = answer.body().getBytes();
        List<String> headers = new ArrayList<>();
        answer.headers().forEach((name, value) -> {
            // That one is about who wrote it, and when.
            if (!name.equalsIgnoreCase("Sluice-Written-At")) {
                headers.add(name);
                headers.add(value);
            }
        });
        headers.add("ETag");
        // A list that is cut off is another one than the same list whole: its field does not come with a 304.
        boolean whole = !answer.headers().contains("Sluice-Truncated");
        headers.add(Etags.strong(whole ? body : Arrays.copyOf(body, body.length + 1)));
        Long ttl = policy.ttl();
        return new Draft(
                200,
                headers,
                Body.of(body),
                0,
                ttl == null ? 0 : ttl,
                policy.refreshAfter() == 0 ? Long.MAX_VALUE : policy.refreshAfter(),
                policy.refreshEarly(),
                0,
                policy.staleIfError(),
                tags,
                List.of());
    }

    private Draft noRow() {
        byte[] body = Problems.NO_ROW.json().getBytes(StandardCharsets.UTF_8);
        return new Draft(
                404,
                List.of("Content-Type", Problem.MEDIA_TYPE),
                Body.of(body),
                0,
                policy.negativeTtl(),
                Long.MAX_VALUE,
                0,
                0,
                0,
                tags,
                List.of());
    }

    @Override
    public void discard(Answer answer) {
        if (answer instanceof Answer.Streaming streaming) {
            streaming.discard();
        }
    }
}
