package io.sluice.redis;

import io.sluice.cache.Barriers;
import io.sluice.cache.CacheKey;
import io.sluice.cache.CacheStore;
import io.sluice.cache.Commit;
import io.sluice.cache.Entry;
import io.sluice.cache.Lease;
import io.sluice.cache.Outcome;
import io.sluice.cache.Place;
import io.sluice.cache.Reading;
import io.sluice.cache.Storing;
import io.sluice.cache.Timer;
import io.smallrye.mutiny.Uni;
import io.vertx.redis.client.Response;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The shared cache on Redis. */
public final class RedisCacheStore implements CacheStore {
    /** Entries live at most so long, in microseconds: 30 days. Barriers older than that are forgotten. */
    static final long LONGEST_LIFE = 30L * 24 * 3600 * 1_000_000;

    private static final byte[] NO = {'0'};
    private static final byte[] YES = {'1'};
    private static final CacheScripts ACQUIRE = CacheScripts.of("cache-barriers.lua", "cache-acquire.lua");
    private static final CacheScripts STORE = CacheScripts.of("cache-barriers.lua", "cache-store.lua");
    private static final CacheScripts RELEASE = CacheScripts.of("cache-release.lua");
    private static final CacheScripts EXTEND = CacheScripts.of("cache-extend.lua");

    private final Commands commands;
    private final Backplane backplane;
    private final String prefix;
    private final Replies replies;
    private final BarrierCalls barriers;
    private final String holder = UUID.randomUUID() + "-";
    private final AtomicLong tokens = new AtomicLong();
    private final LongAdder corrupt = new LongAdder();

    /**
     * @param prefix of every key and channel: the same as the backplane's
     * @param deadline how long a reply may take, in microseconds; after it the store counts as unavailable
     */
    public RedisCacheStore(Commands commands, Backplane backplane, String prefix, Timer timer, long deadline) {
        this.commands = commands;
        this.backplane = backplane;
        this.prefix = prefix;
        this.replies = new Replies(timer, deadline);
        this.barriers = new BarrierCalls(commands, backplane, prefix, timer, deadline);
    }

    @Override
    public Barriers barriers() {
        return backplane.barriers();
    }

    @Override
    public boolean alive() {
        return backplane.alive();
    }

    @Override
    public boolean shared() {
        return true;
    }

    /** Values found under the cache's keys that are no entries of it; each was taken for a miss. */
    public long corrupt() {
        return corrupt.sum();
    }

    @Override
    public Uni<Reading> acquire(Place place, long leaseMicros, long due) {
        return acquire(place, leaseMicros, due, NO);
    }

    private Uni<Reading> acquire(Place place, long leaseMicros, long due, byte[] disregard) {
        if (!backplane.believes()) {
            return Uni.createFrom().item(new Reading.Unavailable());
        }
        String token = holder + tokens.incrementAndGet();
        Uni<Read> read = replies.within(
                () -> ACQUIRE.run(
                        commands,
                        List.of(entryKey(place.at()), leaseKey(place.at()), barrierKey()),
                        List.of(
                                number(leaseMicros == 0 ? 0 : Math.max(1, leaseMicros / 1000)),
                                bytes(token),
                                disregard,
                                number(due),
                                bytes(Barriers.ofKey(place.key())),
                                bytes(Barriers.ofRoute(place.key().route())))),
                reply -> read(place, token, reply),
                new Read(new Reading.Unavailable(), false),
                late -> {
                    if (late.reading instanceof Reading.Leased leased) {
                        release(leased.lease(), new Outcome.Ended()).subscribe().with(done -> {});
                    }
                });
        return read.chain(found -> {
            if (found.corrupt) {
                corrupt.increment();
            }
            return found.reading == null
                    ? acquire(place, leaseMicros, due, YES)
                    : Uni.createFrom().item(found.reading);
        });
    }

    /** @param reading null where the script took a value for an entry that it is not */
    private record Read(@Nullable Reading reading, boolean corrupt) {}

    private static Read read(Place place, String token, Response reply) {
        int state = reply.get(0).toInteger();
        long now = reply.get(1).toLong();
        byte[] value = reply.get(2) == null ? null : reply.get(2).toBytes();
        long fourth = reply.get(3).toLong();
        if (value != null && state == 3) {
            List<String> names = EntryCodec.names(value);
            return new Read(names == null ? null : new Reading.Varies(names), names == null);
        }
        Entry decoded = value == null ? null : EntryCodec.decode(value);
        boolean corrupt = value != null && decoded == null;
        Response softened = reply.get(4);
        Entry entry = decoded == null || softened == null ? decoded : decoded.staleSince(softened.toLong());
        return switch (state) {
            case 0 -> new Read(entry == null ? null : new Reading.Fresh(entry, now), corrupt);
            case 1 -> new Read(new Reading.Leased(new Lease(place, fourth, token), entry, now), corrupt);
            default -> new Read(new Reading.Held(fourth, entry, now), corrupt);
        };
    }

    @Override
    public Uni<Boolean> extend(Lease lease, long leaseMicros) {
        return replies.within(
                () -> EXTEND.run(
                        commands,
                        List.of(leaseKey(lease.place().at())),
                        List.of(bytes(lease.token()), number(leaseMicros / 1000))),
                reply -> reply.toInteger() == 1,
                true,
                late -> {});
    }

    @Override
    public Uni<Storing> store(Lease lease, CacheKey at, Entry entry, @Nullable List<String> vary) {
        if (!backplane.believes()) {
            return Uni.createFrom().item(Storing.UNAVAILABLE);
        }
        CacheKey key = lease.place().key();
        long life = Math.min(LONGEST_LIFE, entry.useful());
        List<byte[]> arguments = new ArrayList<>(10 + entry.tags().size());
        arguments.add(bytes(lease.token()));
        arguments.add(number(lease.start()));
        arguments.add(number(life));
        arguments.add(EntryCodec.encode(entry));
        arguments.add(vary == null ? new byte[0] : EntryCodec.marker(vary));
        arguments.add(bytes(wakeChannel()));
        arguments.add(Messages.wake(lease.place().at(), new Outcome.Ended()));
        for (String name : Barriers.names(key, entry.tags())) {
            arguments.add(bytes(name));
        }
        return replies.within(
                () -> STORE.run(
                                commands,
                                List.of(entryKey(at), leaseKey(lease.place().at()), barrierKey(), entryKey(key)),
                                arguments)
                        // Out of memory, most likely: nobody is to wait for this lease's end because of that.
                        .onFailure(error ->
                                release(lease, new Outcome.Ended()).subscribe().with(done -> {})),
                reply -> switch (reply.toInteger()) {
                    case 0 -> Storing.STORED;
                    case 1 -> Storing.VOID;
                    default -> Storing.LOST;
                },
                Storing.UNAVAILABLE,
                late -> {});
    }

    @Override
    public Uni<Void> release(Lease lease, Outcome outcome) {
        return Uni.createFrom()
                .emitter(emitter -> RELEASE.run(
                                commands,
                                List.of(leaseKey(lease.place().at())),
                                List.of(
                                        bytes(lease.token()),
                                        bytes(wakeChannel()),
                                        Messages.wake(lease.place().at(), outcome)))
                        .onComplete(done -> emitter.complete(null)));
    }

    @Override
    public Waiting await(CacheKey at, Consumer<Outcome> heard) {
        return backplane.await(at, heard);
    }

    @Override
    public Uni<Void> commits(List<Commit> commits) {
        return barriers.commits(commits);
    }

    @Override
    public Uni<@Nullable Long> begin() {
        return backplane.believes()
                ? replies.within(barriers::begin, Response::toLong, -1L, late -> {})
                        .map(instant -> instant < 0 ? null : instant)
                : Uni.createFrom().nullItem();
    }

    @Override
    public Uni<Wrote> write(Commit commit, @Nullable Through through) {
        return barriers.write(
                commit,
                through != null && backplane.believes() ? through : null,
                through == null ? "" : entryKey(through.key()));
    }

    // -- names and replies -------------------------------------------------------------------------------------------

    private String entryKey(CacheKey key) {
        return prefix + "e" + EntryCodec.VERSION + ':' + key.route() + '\n' + key.text();
    }

    private String leaseKey(CacheKey key) {
        return prefix + "l" + EntryCodec.VERSION + ':' + key.route() + '\n' + key.text();
    }

    private String barrierKey() {
        return prefix + "barriers";
    }

    private String wakeChannel() {
        return prefix + "wake";
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static byte[] number(long number) {
        return bytes(Long.toString(number));
    }
}
