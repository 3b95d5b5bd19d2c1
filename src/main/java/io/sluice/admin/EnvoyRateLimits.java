package io.sluice.admin;

import com.google.protobuf.Duration;
import io.envoyproxy.envoy.config.core.v3.HeaderValue;
import io.envoyproxy.envoy.extensions.common.ratelimit.v3.RateLimitDescriptor;
import io.envoyproxy.envoy.service.ratelimit.v3.RateLimitRequest;
import io.envoyproxy.envoy.service.ratelimit.v3.RateLimitResponse;
import io.envoyproxy.envoy.service.ratelimit.v3.RateLimitResponse.Code;
import io.envoyproxy.envoy.service.ratelimit.v3.RateLimitResponse.DescriptorStatus;
import io.envoyproxy.envoy.service.ratelimit.v3.RateLimitResponse.RateLimit;
import io.envoyproxy.envoy.service.ratelimit.v3.RateLimitServiceGrpc;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import io.sluice.api.Descriptors;
import io.sluice.api.Desk;
import io.sluice.limit.Decision;
import io.sluice.limit.Limit;
import io.sluice.limit.Verdict;
import io.sluice.route.Domains.Entry;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Envoy's {@code envoy.service.ratelimit.v3.RateLimitService}. All descriptors of a request are decided together, all or nothing. What
 * no rule takes is OK, as Envoy expects of what is not limited. Where the store does not answer and a limit is closed the call fails as
 * UNAVAILABLE, so that Envoy's {@code failure_mode_deny} decides. A descriptor's own {@code limit} is ignored: a caller does not raise
 * its quota.
 */
final class EnvoyRateLimits extends RateLimitServiceGrpc.RateLimitServiceImplBase {
    private static final long MICROS = 1_000_000;

    private final Desk.Parts parts;
    private final IntConsumer unmatched;

    EnvoyRateLimits(Desk.Parts parts, IntConsumer unmatched) {
        this.parts = parts;
        this.unmatched = unmatched;
    }

    @Override
    public void shouldRateLimit(RateLimitRequest request, StreamObserver<RateLimitResponse> observer) {
        if (request.getDomain().isEmpty()) {
            observer.onError(Status.INVALID_ARGUMENT
                    .withDescription("rate limit domain must not be empty")
                    .asRuntimeException());
            return;
        }
        if (request.getDescriptorsCount() > Descriptors.MOST) {
            observer.onError(Status.INVALID_ARGUMENT
                    .withDescription("at most " + Descriptors.MOST + " descriptors")
                    .asRuntimeException());
            return;
        }
        List<Descriptors.Wanted> wanted = new ArrayList<>();
        for (RateLimitDescriptor descriptor : request.getDescriptorsList()) {
            wanted.add(new Descriptors.Wanted(
                    descriptor.getEntriesList().stream()
                            .map(entry -> new Entry(entry.getKey(), entry.getValue()))
                            .toList(),
                    hits(request, descriptor)));
        }
        Descriptors question =
                Descriptors.of(parts.table().get().questions().domains(), parts.asker(), request.getDomain(), wanted);
        if (question.unmatched() > 0) {
            unmatched.accept(question.unmatched());
        }
        parts.limiter()
                .acquire(question.asks())
                .subscribe()
                .with(
                        verdict -> answer(question, verdict, observer),
                        failure -> observer.onError(
                                Status.INTERNAL.withCause(failure).asRuntimeException()));
    }

    /** A descriptor's own count goes before the request's, whose 0 means 1 in older clients. */
    private static long hits(RateLimitRequest request, RateLimitDescriptor descriptor) {
        if (descriptor.hasHitsAddend()) {
            return descriptor.getHitsAddend().getValue();
        }
        return Math.max(1, Integer.toUnsignedLong(request.getHitsAddend()));
    }

    private void answer(Descriptors question, Verdict verdict, StreamObserver<RateLimitResponse> observer) {
        if (verdict.outcome() == Verdict.Outcome.CLOSED) {
            observer.onError(Status.UNAVAILABLE
                    .withDescription("the limit store does not answer, and a limit fails closed")
                    .asRuntimeException());
            return;
        }
        RateLimitResponse.Builder response = RateLimitResponse.newBuilder()
                .setOverallCode(verdict.outcome() == Verdict.Outcome.DENIED ? Code.OVER_LIMIT : Code.OK);
        for (Descriptors.Part part : question.parts()) {
            response.addStatuses(status(question, part, verdict));
        }
        parts.headers(verdict)
                .forEach(field -> response.addResponseHeadersToAdd(
                        HeaderValue.newBuilder().setKey(field.getKey()).setValue(field.getValue())));
        observer.onNext(response.build());
        observer.onCompleted();
    }

    /** Of several limits the one that denies, else the one with the least left of its quota. */
    private DescriptorStatus status(Descriptors question, Descriptors.Part part, Verdict verdict) {
        int shown = -1;
        double least = Double.MAX_VALUE;
        for (int i = part.from(); i < part.to(); i++) {
            Limit limit = question.asks().get(i).limit();
            Decision decision = question.decision(verdict, i);
            if (limit.shadow() || decision == null || decision instanceof Decision.Unavailable) {
                continue;
            }
            double left = decision instanceof Decision.Denied
                    ? -1
                    : (double) ((Decision.Allowed) decision).remaining() / limit.quota();
            if (left < least) {
                least = left;
                shown = i;
            }
        }
        DescriptorStatus.Builder status = DescriptorStatus.newBuilder().setCode(Code.OK);
        if (shown >= 0) {
            show(question.asks().get(shown).limit(), question.decision(verdict, shown), status);
        }
        return status.build();
    }

    private void show(Limit limit, @Nullable Decision decision, DescriptorStatus.Builder status) {
        RateLimit.Builder current = RateLimit.newBuilder()
                .setName(limit.name())
                .setRequestsPerUnit((int) Math.min(limit.quota(), 0xffff_ffffL))
                .setUnit(unit(limit));
        long remaining = 0;
        long reset = 0;
        if (decision instanceof Decision.Allowed allowed) {
            remaining = allowed.remaining();
            reset = allowed.reset();
        } else if (decision instanceof Decision.Denied denied) {
            remaining = denied.remaining();
            reset = Math.max(denied.reset(), denied.retryAfter());
            status.setCode(Code.OVER_LIMIT);
        }
        status.setCurrentLimit(current)
                .setLimitRemaining((int) Math.min(remaining, 0xffff_ffffL))
                .setDurationUntilReset(
                        Duration.newBuilder().setSeconds(reset / MICROS).setNanos((int) (reset % MICROS * 1000)));
    }

    private static RateLimit.Unit unit(Limit limit) {
        if (limit.window().calendarMonth()) {
            return RateLimit.Unit.MONTH;
        }
        long seconds = limit.window().seconds();
        if (seconds == 1) {
            return RateLimit.Unit.SECOND;
        } else if (seconds == 60) {
            return RateLimit.Unit.MINUTE;
        } else if (seconds == 3_600) {
            return RateLimit.Unit.HOUR;
        } else if (seconds == 86_400) {
            return RateLimit.Unit.DAY;
        }
        return seconds == 7 * 86_400 ? RateLimit.Unit.WEEK : RateLimit.Unit.UNKNOWN;
    }
}
