package io.sluice.redis;

import static io.sluice.cache.Drafts.KEY;
import static io.sluice.cache.Drafts.SECOND;
import static io.sluice.cache.Drafts.entry;
import static io.sluice.cache.Drafts.text;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.cache.Barriers;
import io.sluice.cache.CacheKey;
import io.sluice.cache.CacheStore;
import io.sluice.cache.CacheStoreContract;
import io.sluice.cache.Commit;
import io.sluice.cache.Entry;
import io.sluice.cache.Lease;
import io.sluice.cache.Outcome;
import io.sluice.cache.Place;
import io.sluice.cache.Reading;
import io.sluice.cache.Storing;
import io.sluice.demo.EmbeddedRedis;
import io.vertx.core.Vertx;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class RedisCacheStoreTest extends CacheStoreContract {
    private static Vertx vertx;
    private static EmbeddedRedis redis;
    private static Instance one;
    private static Instance other;

    @BeforeAll
    static void start() {
        vertx = Vertx.vertx();
        redis = new EmbeddedRedis();
        one = new Instance(vertx, redis.url()).ready();
        other = new Instance(vertx, redis.url()).ready();
    }

    @AfterAll
    static void stop() {
        one.close();
        other.close();
        redis.close();
        vertx.close();
    }

    @BeforeEach
    void empty() {
        run(Request.cmd(Command.DEL)
                .arg("sluice:e2:product\n/products/42")
                .arg("sluice:l2:product\n/products/42")
                .arg("sluice:e2:product\n/variant"));
    }

    @AfterEach
    void still_believed() {
        one.ready();
        other.ready();
    }

    private static Response run(Request request) {
        try {
            return one.commands
                    .send(request)
                    .toCompletionStage()
                    .toCompletableFuture()
                    .get(5, TimeUnit.SECONDS);
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    @Override
    protected CacheStore store() {
        return one.store;
    }

    private static Reading read(Instance instance) {
        return get(instance.store.acquire(PLACE, LEASE));
    }

    @Test
    void what_one_stored_another_reads() {
        assertEquals(Storing.STORED, store(lease(PLACE)));
        Reading.Fresh fresh = assertInstanceOf(Reading.Fresh.class, read(other));
        assertEquals("v", text(fresh.entry()));
        assertTrue(fresh.now() >= fresh.entry().start());
    }

    @Test
    void one_lease_in_the_fleet() {
        lease(PLACE);
        Reading.Held held = assertInstanceOf(Reading.Held.class, read(other));
        assertTrue(held.remaining() > 0 && held.remaining() <= LEASE);
    }

    @Test
    void a_holder_that_dies_is_replaced_when_its_lease_ends() {
        Lease dead = assertInstanceOf(Reading.Leased.class, get(one.store.acquire(PLACE, 100_000)))
                .lease();
        await().atMost(Duration.ofSeconds(2))
                .pollInterval(Duration.ofMillis(10))
                .until(() -> read(other) instanceof Reading.Leased);
        assertFalse(get(one.store.extend(dead, LEASE)));
        assertEquals(Storing.LOST, store(dead), "a paused owner stores nothing over the next one's head");
    }

    @Test
    void another_ones_lease_is_not_given_back() {
        Lease mine = lease(PLACE);
        get(other.store.release(new Lease(PLACE, mine.start(), "forged"), new Outcome.Ended()));
        assertInstanceOf(Reading.Held.class, read(other));
    }

    @Test
    void those_who_wait_hear_the_outcome_with_its_bytes() {
        AtomicReference<Outcome> heard = new AtomicReference<>();
        Lease lease = lease(PLACE);
        try (CacheStore.Waiting waiting = other.store.await(KEY, heard::set)) {
            assertInstanceOf(Reading.Held.class, read(other));
            get(one.store.release(lease, new Outcome.Failed("down".getBytes(StandardCharsets.UTF_8))));
            await().atMost(Duration.ofSeconds(2))
                    .pollInterval(Duration.ofMillis(5))
                    .until(() -> heard.get() != null);
            assertArrayEquals(
                    "down".getBytes(StandardCharsets.UTF_8),
                    assertInstanceOf(Outcome.Failed.class, heard.get()).answer());
            assertTrue(waiting != null);
        }
    }

    @Test
    void a_stale_entry_comes_with_the_lease_and_a_void_one_never() {
        Lease lease = lease(PLACE);
        Entry fresh = entry("old", lease.start());
        Entry stale = new Entry(
                200,
                fresh.headers(),
                fresh.body(),
                lease.start(),
                0,
                0,
                Long.MAX_VALUE,
                0,
                0,
                9 * SECOND,
                fresh.tags());
        get(one.store.store(lease, KEY, stale, null));
        Reading.Leased again = assertInstanceOf(Reading.Leased.class, read(other));
        assertEquals("old", text(Objects.requireNonNull(again.entry())));
        get(one.store.invalidate(List.of("t:product:42")));
        Reading.Held held = assertInstanceOf(Reading.Held.class, read(one));
        assertEquals(null, held.entry());
    }

    @Test
    void a_softly_purged_entry_is_stale_since_then_and_comes_with_the_lease_until_it_is_void() {
        Lease lease = lease(PLACE);
        Entry fresh = entry("v", lease.start());
        get(one.store.store(lease, KEY, fresh, null));
        assertInstanceOf(Reading.Fresh.class, read(other));
        get(other.store.invalidate(List.of("~t:product:42")));
        Reading.Held looked = assertInstanceOf(Reading.Held.class, get(one.store.acquire(PLACE, 0)));
        Reading.Leased again = assertInstanceOf(Reading.Leased.class, read(one));
        Reading.Held held = assertInstanceOf(Reading.Held.class, read(other));
        for (Entry entry : List.of(
                Objects.requireNonNull(looked.entry()),
                Objects.requireNonNull(again.entry()),
                Objects.requireNonNull(held.entry()))) {
            assertEquals("v", text(entry));
            assertTrue(entry.start() + entry.fresh() <= again.lease().start());
            assertTrue(entry.fresh() >= 0 && entry.fresh() < fresh.fresh());
        }
        get(one.store.invalidate(List.of("t:product:42")));
        assertEquals(null, assertInstanceOf(Reading.Held.class, read(other)).entry());
    }

    @Test
    void of_several_soft_barriers_the_earliest_counts_and_none_that_came_before_the_load() {
        get(one.store.invalidate(List.of("~*", "~t:product")));
        Lease lease = lease(PLACE);
        get(one.store.store(lease, KEY, entry("v", lease.start()), null));
        assertInstanceOf(Reading.Fresh.class, read(other), "loaded since");
        get(one.store.invalidate(List.of("~t:product")));
        Entry first = Objects.requireNonNull(assertInstanceOf(Reading.Held.class, get(one.store.acquire(PLACE, 0)))
                .entry());
        get(one.store.invalidate(List.of("~r:product", "~*")));
        Entry still = Objects.requireNonNull(assertInstanceOf(Reading.Held.class, get(one.store.acquire(PLACE, 0)))
                .entry());
        assertEquals(first.fresh(), still.fresh());
    }

    @Test
    void the_refresh_of_a_fresh_entry_is_leased_once_to_whom_it_is_due_and_to_nobody_who_knows_an_older_one() {
        Lease lease = lease(PLACE);
        get(one.store.store(lease, KEY, entry("v", lease.start()), null));
        assertInstanceOf(Reading.Fresh.class, read(one));
        assertInstanceOf(Reading.Fresh.class, get(one.store.acquire(PLACE, LEASE, lease.start() - 1)));
        Reading.Leased due =
                assertInstanceOf(Reading.Leased.class, get(one.store.acquire(PLACE, LEASE, lease.start())));
        assertEquals("v", text(Objects.requireNonNull(due.entry())));
        assertInstanceOf(Reading.Held.class, get(other.store.acquire(PLACE, LEASE, lease.start())));
        assertInstanceOf(Reading.Fresh.class, read(other), "nobody else waits for it");
        assertEquals(Storing.STORED, store(due.lease()));
        Reading.Fresh renewed =
                assertInstanceOf(Reading.Fresh.class, get(other.store.acquire(PLACE, LEASE, lease.start())));
        assertEquals(due.lease().start(), renewed.entry().start());
    }

    @Test
    void lifetimes_count_from_the_start_and_reach_over_the_stale_periods() {
        Lease lease = lease(PLACE);
        Entry e = entry("v", lease.start());
        get(one.store.store(
                lease,
                KEY,
                new Entry(
                        200,
                        e.headers(),
                        e.body(),
                        lease.start(),
                        0,
                        10 * SECOND,
                        1,
                        0,
                        20 * SECOND,
                        30 * SECOND,
                        e.tags()),
                null));
        long life = run(Request.cmd(Command.PTTL).arg("sluice:e2:product\n/products/42"))
                .toLong();
        assertTrue(life > 39_000 && life <= 40_000, "" + life);
    }

    @Test
    void a_variant_is_found_by_its_marker() {
        Lease lease = lease(PLACE);
        CacheKey variant = new CacheKey("product", "/variant");
        get(one.store.store(lease, variant, entry("en", lease.start()), List.of("accept-language")));
        assertEquals(
                new Reading.Varies(List.of("accept-language")), assertInstanceOf(Reading.Varies.class, read(other)));
        assertInstanceOf(Reading.Fresh.class, get(other.store.acquire(new Place(KEY, variant), LEASE)));
        get(other.store.invalidate(List.of(Barriers.ofKey(KEY))));
        assertInstanceOf(Reading.Leased.class, get(other.store.acquire(new Place(KEY, variant), LEASE)));
    }

    @Test
    void a_variants_entry_is_not_overwritten_by_an_older_load_of_the_key() {
        Place variant = new Place(KEY, new CacheKey("product", "/variant/own"));
        Lease slow = lease(PLACE);
        Lease own = lease(variant);
        List<String> vary = List.of("accept-language");
        assertEquals(Storing.STORED, get(one.store.store(own, variant.at(), entry("new", own.start()), vary)));
        assertEquals(Storing.LOST, get(one.store.store(slow, variant.at(), entry("old", slow.start()), vary)));
        Reading.Fresh fresh = assertInstanceOf(Reading.Fresh.class, get(other.store.acquire(variant, LEASE)));
        assertEquals(own.start(), fresh.entry().start());
    }

    @Test
    void a_gzipped_body_is_shared_as_it_is_and_fenced_as_any_other() {
        Lease lease = lease(PLACE);
        Entry plain = entry("value ".repeat(1000), lease.start());
        Entry gzipped = new Entry(
                200,
                plain.headers(),
                plain.body().gzip(false),
                lease.start(),
                0,
                60 * SECOND,
                Long.MAX_VALUE,
                0,
                0,
                0,
                plain.tags());
        assertEquals(Storing.STORED, get(one.store.store(lease, KEY, gzipped, null)));
        assertTrue(run(Request.cmd(Command.STRLEN).arg("sluice:e2:product\n/products/42"))
                        .toInteger()
                < 500);
        Reading.Fresh fresh = assertInstanceOf(Reading.Fresh.class, read(other));
        assertTrue(fresh.entry().body().isGzipped());
        assertEquals(text(plain), text(fresh.entry()));
        get(one.store.invalidate(List.of("t:product:42")));
        assertInstanceOf(Reading.Leased.class, read(other));
    }

    @Test
    void foreign_and_corrupted_values_are_misses_that_are_counted_and_overwritten() {
        store(lease(PLACE));
        String key = "sluice:e2:product\n/products/42";
        run(Request.cmd(Command.SETRANGE).arg(key).arg(60).arg("#"));
        long before = one.store.corrupt();
        assertInstanceOf(Reading.Leased.class, read(one));
        assertEquals(before + 1, one.store.corrupt());
        empty();
        run(Request.cmd(Command.HSET).arg(key).arg("a").arg("b"));
        assertEquals(Storing.STORED, store(lease(PLACE)));
        run(Request.cmd(Command.SET).arg(key).arg("\u0002\u0001 somebody else's value that is long enough to be read"));
        empty();
        run(Request.cmd(Command.SET).arg(key).arg("hello"));
        assertEquals(Storing.STORED, store(lease(PLACE)));
        assertInstanceOf(Reading.Fresh.class, read(other));
    }

    @Test
    void scripts_forgotten_by_the_server_are_sent_again() {
        run(Request.cmd(Command.SCRIPT).arg("FLUSH"));
        assertEquals(Storing.STORED, store(lease(PLACE)));
        assertInstanceOf(Reading.Fresh.class, read(other));
    }

    @Test
    void barriers_that_were_evicted_void_everything_before() {
        Lease running = lease(PLACE);
        run(Request.cmd(Command.DEL).arg("sluice:barriers"));
        assertEquals(Storing.VOID, store(running));
        await().atMost(Duration.ofSeconds(2)).until(() -> store(lease(PLACE)) == Storing.STORED);
    }

    @Test
    void barriers_are_bounded_by_raising_the_floor() {
        CacheScripts invalidate = CacheScripts.of("cache-barriers.lua", "cache-commits.lua", "cache-invalidate.lua");
        Lease running = lease(PLACE);
        for (int i = 0; i < 30; i++) {
            List<byte[]> arguments = List.of("10", "2592000000000", "none", "", "", "0", "1", "t:" + i).stream()
                    .map(text -> text.getBytes(StandardCharsets.UTF_8))
                    .toList();
            invalidate.run(one.commands, List.of("sluice:barriers", "sluice:instances"), arguments);
        }
        await().until(() ->
                run(Request.cmd(Command.ZSCORE).arg("sluice:barriers").arg("t:29")) != null);
        assertTrue(run(Request.cmd(Command.ZCARD).arg("sluice:barriers")).toInteger() <= 12);
        assertEquals(Storing.VOID, store(running), "what was forgotten voids everything older");
        assertEquals(Storing.STORED, store(lease(PLACE)));
    }

    @Test
    void an_invalidation_is_heard_by_all_when_it_is_acknowledged_and_needs_no_second() {
        run(Request.cmd(Command.PING));
        await().atMost(Duration.ofSeconds(4))
                .pollInterval(Duration.ofMillis(50))
                .until(() -> {
                    long before = System.nanoTime();
                    long heard = other.store.barriers().heard();
                    get(one.store.invalidate(List.of("t:x")));
                    assertTrue(other.store.barriers().heard() > heard);
                    return System.nanoTime() - before < 500_000_000L;
                });
    }

    @Test
    void an_invalidation_fails_when_the_store_is_away() {
        Instance alone = new Instance(vertx, redis.url()).ready();
        alone.commands.cut();
        assertThrows(Exception.class, () -> get(alone.store.invalidate(List.of("t:x"))));
        assertInstanceOf(Reading.Unavailable.class, read(alone));
        alone.close();
    }

    @Test
    void what_one_wrote_through_another_reads_also_when_it_has_heard_of_it_itself() {
        Commit mine = commit("t:product:42");
        long start = write(mine, begin());
        get(other.store.commits(List.of(mine)));
        Reading.Fresh fresh = assertInstanceOf(Reading.Fresh.class, read(other));
        assertEquals("w", text(fresh.entry()));
        assertEquals(start, fresh.entry().start());
        assertTrue(fresh.now() >= start);
        long life = run(Request.cmd(Command.PTTL).arg("sluice:e2:product\n/products/42"))
                .toLong();
        assertTrue(life > 59_000 && life <= 60_000, "" + life);
    }

    @Test
    void a_load_that_runs_while_it_is_written_stores_nothing_and_finds_what_was_written() {
        Lease running = lease(PLACE);
        assertTrue(write(commit("t:product:42"), begin()) > 0);
        assertEquals(Storing.VOID, store(running));
        assertEquals("w", text(assertInstanceOf(Reading.Fresh.class, read(one)).entry()));
    }

    @Test
    void what_was_loaded_since_a_write_began_is_not_written_over() {
        long begun = begin();
        Commit mine = commit("t:product:42");
        get(other.store.commits(List.of(mine)));
        assertEquals(Storing.STORED, store(lease(PLACE)));
        assertEquals(-1, write(mine, begun));
        assertEquals(
                "v", text(assertInstanceOf(Reading.Fresh.class, read(other)).entry()));
    }

    @Test
    void a_marker_of_variants_gives_way_to_what_was_written() {
        Lease lease = lease(PLACE);
        get(one.store.store(lease, new CacheKey("product", "/variant"), entry("en", lease.start()), List.of("accept")));
        assertTrue(write(commit("t:product:42"), begin()) > 0);
        assertInstanceOf(Reading.Fresh.class, read(other));
    }

    @Test
    void a_commit_that_the_server_has_forgotten_is_voided_again() {
        Commit mine = commit("t:product:42");
        long begun = begin();
        get(other.store.commits(List.of(mine)));
        run(Request.cmd(Command.DEL).arg("sluice:w:" + mine.id()));
        assertEquals(-1, write(mine, begun));
        assertTrue(write(mine, begin()) > 0);
        run(Request.cmd(Command.DEL).arg("sluice:w:" + mine.id()));
        get(other.store.commits(List.of(mine)));
        assertInstanceOf(Reading.Leased.class, read(one));
    }

    @Test
    void commits_are_remembered_for_a_minute() {
        Commit mine = commit("t:product:42");
        get(one.store.commits(List.of(mine)));
        long life = run(Request.cmd(Command.PTTL).arg("sluice:w:" + mine.id())).toLong();
        assertTrue(life > 50_000 && life <= 60_000, "" + life);
    }

    @Test
    void after_the_barriers_were_evicted_nothing_is_stored_that_was_begun_before() {
        long begun = begin();
        run(Request.cmd(Command.DEL).arg("sluice:barriers"));
        assertEquals(-1, write(commit("t:product:42"), begun));
        one.ready();
        assertEquals(-1, write(commit("t:product:42"), begin() + 60 * SECOND), "an instant that another server gave");
    }

    @Test
    void a_write_fails_when_the_store_is_away() {
        Instance alone = new Instance(vertx, redis.url()).ready();
        alone.commands.cut();
        assertNull(get(alone.store.begin()));
        assertThrows(Exception.class, () -> get(alone.store.write(commit("t:x"), null)));
        alone.close();
    }
}
