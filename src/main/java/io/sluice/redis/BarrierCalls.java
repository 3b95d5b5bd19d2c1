package io.sluice.redis;

import io.sluice.cache.Barriers;
import io.sluice.cache.CacheStore.Through;
import io.sluice.cache.CacheStore.Wrote;
import io.sluice.cache.Commit;
import io.sluice.cache.Entry;
import io.sluice.cache.Timer;
import io.smallrye.mutiny.Uni;
import io.vertx.core.Future;
import io.vertx.redis.client.Response;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/** Puts barriers, and waits until the fleet has confirmed them. */
final class BarrierCalls {
    private static final int BARRIERS = 100_000;
    /** How long near entries elsewhere may be served after a barrier they missed; 5% for clocks that run apart. */
    private static final long NEAR_MICROS = Backplane.PROOF_NANOS / 1000 * 105 / 100;

    private static final CacheScripts BEGIN = CacheScripts.of("cache-barriers.lua", "cache-begin.lua");
    private static final CacheScripts INVALIDATE =
            CacheScripts.of("cache-barriers.lua", "cache-commits.lua", "cache-invalidate.lua");
    private static final CacheScripts WRITE =
            CacheScripts.of("cache-barriers.lua", "cache-commits.lua", "cache-write.lua");

    private final Commands commands;
    private final Backplane backplane;
    private final String prefix;
    private final Timer timer;
    private final long deadline;

    /** @param deadline how long a reply may take, in microseconds */
    BarrierCalls(Commands commands, Backplane backplane, String prefix, Timer timer, long deadline) {
        this.commands = commands;
        this.backplane = backplane;
        this.prefix = prefix;
        this.timer = timer;
        this.deadline = deadline;
    }

    Future<Response> begin() {
        return BEGIN.run(commands, List.of(prefix + "barriers"), List.of());
    }

    Uni<Void> commits(List<Commit> commits) {
        if (commits.isEmpty()) {
            return Uni.createFrom().voidItem();
        }
        List<String> keys = new ArrayList<>(List.of(prefix + "barriers", prefix + "instances"));
        List<String> names = new ArrayList<>();
        List<byte[]> arguments = new ArrayList<>();
        for (Commit commit : commits) {
            arguments.add(number(commit.id() == null ? 0 : keys.size() + 1));
            arguments.add(number(commit.names().size()));
            commit.names().forEach(name -> arguments.add(bytes(name)));
            names.addAll(commit.names());
            if (commit.id() != null) {
                keys.add(register(commit.id()));
            }
        }
        return put(INVALIDATE, keys, arguments, names).chain(Wrote::acknowledged);
    }

    /** @param entryKey where it is stored; of no meaning where nothing is */
    Uni<Wrote> write(Commit commit, @Nullable Through through, String entryKey) {
        String id = commit.id();
        List<String> keys = new ArrayList<>(List.of(prefix + "barriers", prefix + "instances"));
        keys.add(id == null ? prefix + "barriers" : register(id));
        List<byte[]> arguments = new ArrayList<>();
        arguments.add(number(id == null ? 0 : 1));
        arguments.add(number(commit.names().size()));
        commit.names().forEach(name -> arguments.add(bytes(name)));
        if (through != null) {
            Entry entry = through.entry();
            keys.add(entryKey);
            arguments.add(number(entry.start()));
            arguments.add(number(through.deadline()));
            arguments.add(number(Math.min(RedisCacheStore.LONGEST_LIFE, entry.useful())));
            arguments.add(EntryCodec.encodeWritten(entry));
            for (String name : Barriers.names(through.key(), entry.tags())) {
                arguments.add(bytes(name));
            }
        }
        return put(WRITE, keys, arguments, commit.names());
    }

    private Uni<Wrote> put(CacheScripts script, List<String> keys, List<byte[]> more, List<String> names) {
        return Uni.createFrom().emitter(emitter -> {
            Confirmations confirmations = backplane.confirmations();
            String number = confirmations.open();
            List<byte[]> arguments = new ArrayList<>(5 + more.size());
            arguments.add(number(BARRIERS));
            arguments.add(number(RedisCacheStore.LONGEST_LIFE));
            arguments.add(bytes(prefix + "barriers"));
            arguments.add(bytes(backplane.id()));
            arguments.add(bytes(number));
            arguments.addAll(more);
            AtomicBoolean over = new AtomicBoolean();
            Timer.Scheduled limit = timer.after(deadline, () -> {
                if (over.compareAndSet(false, true)) {
                    confirmations.close(number);
                    emitter.fail(
                            new IllegalStateException("the store did not answer; the barrier may or may not be set"));
                }
            });
            script.run(commands, keys, arguments).onComplete(done -> {
                limit.cancel();
                if (done.succeeded()) {
                    hear(names, done.result());
                }
                if (!over.compareAndSet(false, true)) {
                    return;
                }
                if (done.failed()) {
                    confirmations.close(number);
                    emitter.fail(done.cause());
                    return;
                }
                Response reply = done.result();
                emitter.complete(new Wrote(reply.get(2).toLong(), acknowledged(number, reply)));
            });
        });
    }

    /** Each at its own instant: a name whose barrier was put before is not void up to now. */
    private void hear(List<String> names, Response reply) {
        for (int i = 0; i < names.size(); i++) {
            long instant = reply.get(0).get(i).toLong();
            int first = i;
            while (i + 1 < names.size() && reply.get(0).get(i + 1).toLong() == instant) {
                i++;
            }
            backplane.barriers().hear(names.subList(first, i + 1), instant);
        }
    }

    /** All instances that may serve near entries have confirmed, or the time is over in which they may serve them. */
    private Uni<Void> acknowledged(String number, Response reply) {
        Set<String> others = new HashSet<>();
        for (int i = 3; i < reply.size(); i++) {
            others.add(reply.get(i).toString());
        }
        others.remove(backplane.id());
        if (reply.get(1).toInteger() != 1) {
            others.add("whoever is not in the register"); // never confirms: the near second runs out
        }
        Timer.Scheduled second =
                timer.after(NEAR_MICROS, () -> backplane.confirmations().close(number));
        return backplane.confirmations().expect(number, others).onTermination().invoke(second::cancel);
    }

    private String register(String id) {
        return prefix + "w:" + id;
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static byte[] number(long number) {
        return bytes(Long.toString(number));
    }
}
