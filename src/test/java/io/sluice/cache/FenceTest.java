package io.sluice.cache;

import static io.sluice.cache.Drafts.ANY;
import static io.sluice.cache.Drafts.FAILURES;
import static io.sluice.cache.Drafts.KEY;
import static io.sluice.cache.Drafts.SECOND;
import static io.sluice.cache.Drafts.draft;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.smallrye.mutiny.Uni;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Two instances and a database whose value is a version: load, commit, invalidate, crash and read in many orders. */
class FenceTest {
    private static final CacheSettings SETTINGS =
            new CacheSettings(1 << 20, 2 * SECOND, 30 * SECOND, 1_000 * SECOND, 5 * SECOND, SECOND, 0, 1000, 5000);

    private final ManualTime time = new ManualTime();
    private final SimulatedFleet fleet = new SimulatedFleet(time);
    private final SimulatedFleet.Member[] members = {fleet.new Member(), fleet.new Member()};
    private final List<Cache<String, String>> caches = new ArrayList<>();
    private final List<Read> reads = new ArrayList<>();
    private final List<Runnable> origin = new ArrayList<>();
    /** By instance, what it has not heard yet, in the order of the commits. */
    private final List<Deque<Integer>> notified = List.of(new ArrayDeque<>(), new ArrayDeque<>());

    private int committed;
    private int acknowledged;
    private int softly;
    private int loads;
    private int stored;

    /** Whether the next load's head comes before its end. */
    private boolean arrives;

    /** Whether what the next load brings may only be used validated. */
    private boolean unsure;

    /** Whether this origin ever does what {@link #lies} says: what a soft purge leaves may then be called right. */
    private boolean liar;

    /** Whether the origin says of whatever it is asked about that it is right still: against that, purges are the remedy. */
    private boolean lies;

    FenceTest() {
        for (SimulatedFleet.Member member : members) {
            caches.add(new Cache<>(member, Drafts::prepared, FAILURES, SETTINGS, time, time::nanos, new Random(1)));
        }
    }

    /**
     * @param least the version it may not be older than
     * @param leastFresh the same for an answer that does not say it is stale
     */
    private record Read(int least, int leastFresh, Asked asked) {}

    /** Reads the database at one step and hands over at a later one. */
    private final class Database implements Loader<String> {
        @Override
        public Uni<Load<String>> load(@Nullable Entry stored) {
            loads++;
            boolean headFirst = arrives;
            boolean once = unsure;
            String told = stored != null && lies ? Drafts.text(stored) : null;
            return Uni.createFrom()
                    .emitter(emitter -> origin.add(() -> {
                        String version = told == null ? Integer.toString(committed) : told;
                        Load.Ended<String> end = new Load.Storable<>(answer(version, once));
                        origin.add(() -> emitter.complete(headFirst ? new Load.Arriving<>(version, rest(end)) : end));
                    }));
        }

        private Draft answer(String version, boolean once) {
            Draft sure = draft(version, 20 * SECOND, 0, 3 * SECOND, 5 * SECOND);
            return new Draft(
                    200,
                    List.of("ETag", "\"x\""),
                    sure.body(),
                    0,
                    once ? 0 : sure.fresh(),
                    Long.MAX_VALUE,
                    0,
                    once ? 0 : sure.staleWhileRevalidate(),
                    once ? 0 : sure.staleIfError(),
                    sure.tags(),
                    List.of());
        }

        private Uni<Load.Ended<String>> rest(Load.Ended<String> end) {
            return Uni.createFrom().emitter(emitter -> origin.add(() -> emitter.complete(end)));
        }

        @Override
        public void discard(String answer) {}
    }

    private Asked read(int instance) {
        Asked asked = new Asked(caches.get(instance).lookup(KEY, ANY, new Database()));
        reads.add(new Read(acknowledged, Math.max(acknowledged, softly), asked));
        return asked;
    }

    private void commit(int instance) {
        int version = ++committed;
        caches.get(instance)
                .invalidate(List.of("product:42"))
                .subscribe()
                .with(done -> acknowledged = Math.max(acknowledged, version));
    }

    /** A commit whose older versions may stand in, as long as they are called stale. */
    private void soften(int instance) {
        int version = ++committed;
        caches.get(instance)
                .purge(List.of(Barriers.ofTag("product:42")), true)
                .subscribe()
                .with(done -> softly = Math.max(softly, version));
    }

    /** A transaction that is written through, and that each instance is notified of. */
    private void write(int instance) {
        Cache<String, String> cache = caches.get(instance);
        cache.begin()
                .subscribe()
                .with(begun -> origin.add(() -> {
                    int version = commitAndNotify();
                    origin.add(() -> cache.written(new Written(
                                    begun,
                                    KEY,
                                    draft(Integer.toString(version), 20 * SECOND, 0, 3 * SECOND, 5 * SECOND),
                                    List.of("product:42"),
                                    Integer.toString(version)))
                            .subscribe()
                            .with(
                                    done -> {
                                        stored += done ? 1 : 0;
                                        acknowledged = Math.max(acknowledged, version);
                                    },
                                    failure -> {}));
                }));
    }

    private int commitAndNotify() {
        int version = ++committed;
        notified.forEach(all -> all.add(version));
        return version;
    }

    /** What is heard meanwhile goes together. */
    private void notice(int instance, int most) {
        List<Commit> commits = new ArrayList<>();
        int latest = 0;
        while (commits.size() < most && !notified.get(instance).isEmpty()) {
            latest = notified.get(instance).remove();
            commits.add(Commit.ofTags(Integer.toString(latest), List.of("product:42")));
        }
        int version = latest;
        caches.get(instance).commits(commits).subscribe().with(done -> acknowledged = Math.max(acknowledged, version));
    }

    private void settle() {
        for (int i = 0; i < 10_000 && (fleet.steps() > 0 || !origin.isEmpty() || messages() > 0); i++) {
            fleet.settle();
            if (!origin.isEmpty()) {
                origin.remove(0).run();
            }
            for (SimulatedFleet.Member member : members) {
                member.hear();
            }
        }
    }

    private int messages() {
        return members[0].messages() + members[1].messages();
    }

    private void check() {
        for (Read read : reads) {
            String body = read.asked.body();
            assertNull(read.asked.error);
            if (body != null) {
                boolean stale = read.asked.answer instanceof Lookup.Stale;
                int least = stale ? read.least : read.leastFresh;
                assertTrue(Integer.parseInt(body) >= least, () -> body + " was read after " + least);
            }
        }
    }

    // -- schedules that have a name ----------------------------------------------------------------------------------

    @Test
    void tie_of_a_load_and_a_barrier_at_one_instant_is_void() {
        read(0);
        fleet.settle(); // the lease, with its start
        origin.remove(0).run(); // reads old
        commit(1); // the clock stands still: the barrier's instant is the next one, and the load's start is before it
        fleet.settle();
        settle();
        read(1);
        settle();
        check();
        assertEquals(2, loads);
        assertEquals(1, acknowledged);
    }

    @Test
    void late_put_after_the_message_is_void_when_it_is_read() {
        read(0);
        fleet.settle();
        origin.remove(0).run();
        origin.remove(0).run(); // the load is done, the check is under way
        fleet.step(0); // the check passes at the store, its reply is on the way
        commit(1);
        while (fleet.steps() > 1) {
            fleet.step(1);
        }
        members[0].hear(); // the barrier arrives (after the wake) before the reply
        members[0].hear();
        members[0].hear();
        members[1].hear();
        members[1].hear();
        assertEquals(1, acknowledged);
        fleet.settle(); // the put
        assertNull(caches.get(0).fresh(KEY, ANY));
        read(0);
        settle();
        check();
    }

    @Test
    void joiner_after_an_acknowledged_barrier_does_not_get_the_load_from_before() {
        read(0);
        fleet.settle();
        origin.remove(0).run();
        commit(1);
        fleet.settle();
        members[0].hear();
        members[1].hear();
        assertEquals(1, acknowledged);
        Asked joiner = read(0);
        settle();
        assertEquals("1", joiner.body());
        check();
    }

    @Test
    void joiner_after_an_acknowledged_barrier_has_nothing_validated_that_is_void_for_it() {
        unsure = true;
        lies = true;
        Asked first = read(0);
        fleet.settle();
        origin.remove(0).run(); // what was there before the commit
        commit(1);
        fleet.settle();
        members[0].hear();
        members[1].hear();
        assertEquals(1, acknowledged);
        Asked joiner = read(0);
        settle();
        assertNotNull(first.answer);
        assertEquals("1", joiner.body());
        check();
    }

    @Test
    void joiner_after_an_acknowledged_barrier_loads_again_when_the_check_cannot_be_made() {
        read(0);
        fleet.settle();
        Asked early = read(0);
        origin.remove(0).run(); // reads old
        commit(1);
        fleet.settle();
        members[0].hear();
        members[1].hear();
        assertEquals(1, acknowledged);
        Asked late = read(0);
        members[0].fault(SimulatedFleet.Fault.NOT_SENT);
        settle();
        assertEquals("1", late.body());
        assertEquals("1", early.body(), "joined after the load was sent: nobody can tell what it could know");
        check();
    }

    @Test
    void joiner_shares_the_load_of_a_process_that_cannot_ask_the_store_while_its_line_is_proved() {
        members[0].fault(SimulatedFleet.Fault.NOT_SENT);
        read(0);
        fleet.settle();
        Asked joiner = read(0);
        settle();
        assertEquals("0", joiner.body());
        assertEquals(1, loads);
    }

    @Test
    void paused_owner_of_a_lost_lease_stores_nothing_over_a_newer_value() {
        read(0);
        fleet.settle();
        origin.remove(0).run(); // reads 0, and is paused
        Runnable paused = origin.remove(0);
        committed++; // not invalidated: only a later load knows it
        members[0].loseLine();
        time.advance(SETTINGS.lease() / 3); // its extension is asked for and held up
        while (fleet.steps() > 0) {
            fleet.step(0);
            time.advance(SETTINGS.lease());
        }
        time.advance(10 * SETTINGS.lease());
        Asked second = read(1);
        settle();
        assertEquals("1", second.body());
        paused.run();
        settle();
        assertEquals("1", read(1).body());
        members[0].findLine();
        Asked own = read(0);
        settle();
        assertEquals("1", own.body());
    }

    @Test
    void lost_message_ends_the_use_of_near_entries_before_the_barrier_is_acknowledged() {
        read(0);
        settle();
        assertNotNull(caches.get(0).fresh(KEY, ANY));
        commit(1);
        fleet.settle();
        members[1].hear();
        assertEquals(0, acknowledged, "instance 0 has not confirmed");
        time.advance(SimulatedFleet.NEAR);
        assertEquals(1, acknowledged);
        assertNull(caches.get(0).fresh(KEY, ANY));
        members[0].findLine();
        assertNull(caches.get(0).fresh(KEY, ANY), "what was missed while away is not forgotten");
        Asked asked = read(0);
        settle();
        assertEquals("1", asked.body());
    }

    @Test
    void holder_that_dies_is_replaced_and_nobody_fails() {
        read(0);
        fleet.settle();
        Asked waiting = read(1);
        fleet.settle();
        members[0].die();
        time.advance(SETTINGS.lease() * 2);
        settle();
        assertEquals("0", waiting.body());
        assertEquals(2, loads);
    }

    @Test
    void one_background_refresh_in_the_fleet() {
        read(0);
        settle();
        Asked other = read(1);
        settle();
        assertEquals("0", Objects.requireNonNull(other.body()));
        time.advance(21 * SECOND);
        Asked stale = read(0);
        Asked staleToo = read(1);
        assertNotNull(stale.body());
        assertNotNull(staleToo.body());
        settle();
        assertEquals(2, loads);
    }

    @Test
    void after_a_soft_purge_no_instance_calls_it_fresh_and_one_of_them_loads() {
        read(0);
        settle();
        read(1);
        settle();
        soften(1);
        fleet.settle();
        members[0].hear();
        members[1].hear();
        assertEquals(1, softly);
        for (int i = 0; i < 2; i++) {
            assertNull(caches.get(i).fresh(KEY, ANY));
            Asked meanwhile = read(i);
            assertEquals("0", meanwhile.body());
            assertInstanceOf(Lookup.Stale.class, meanwhile.answer);
        }
        settle();
        check();
        assertEquals(2, loads);
        time.advance(SETTINGS.retry());
        for (int i = 0; i < 2; i++) {
            read(i); // who did not load looks again
            settle();
            assertEquals(
                    "1", Objects.requireNonNull(caches.get(i).fresh(KEY, ANY)).prepared());
        }
        assertEquals(2, loads);
    }

    @Test
    void joiner_after_an_acknowledged_soft_purge_is_not_told_that_an_older_reply_is_fresh() {
        read(1);
        settle();
        Asked early = read(0);
        fleet.step(0); // the store says that it is fresh; the reply is on its way
        soften(1);
        fleet.step(1);
        members[0].hear();
        members[1].hear();
        assertEquals(1, softly);
        Asked joiner = read(0);
        fleet.step(0);
        assertEquals("0", early.body());
        assertNull(joiner.answer);
        fleet.settle();
        assertInstanceOf(Lookup.Stale.class, joiner.answer);
        settle();
        check();
    }

    @Test
    void joiner_after_an_acknowledged_soft_purge_does_not_get_the_load_from_before() {
        read(0);
        fleet.settle();
        origin.remove(0).run(); // reads old
        soften(1);
        fleet.settle();
        members[0].hear();
        members[1].hear();
        assertEquals(1, softly);
        Asked joiner = read(0);
        settle();
        assertEquals("1", joiner.body());
        check();
    }

    // -- writes ------------------------------------------------------------------------------------------------------

    @Test
    void what_was_written_is_read_everywhere_without_a_load_also_after_its_notifications() {
        read(1);
        settle();
        write(0);
        settle();
        assertEquals(1, acknowledged);
        for (int i = 0; i < 2; i++) {
            notice(i, 1);
            settle();
            assertEquals("1", settled(i));
            assertEquals(
                    "1", Objects.requireNonNull(caches.get(i).fresh(KEY, ANY)).prepared());
        }
        assertEquals(1, loads);
        assertEquals(1, stored);
        check();
    }

    private @Nullable String settled(int instance) {
        Asked asked = read(instance);
        settle();
        return asked.body();
    }

    @Test
    void who_waits_for_a_load_that_a_write_overtakes_gets_what_was_written() {
        Asked early = read(0);
        fleet.settle();
        origin.remove(0).run(); // reads old
        Runnable slow = origin.remove(0);
        write(1);
        settle();
        assertEquals(1, acknowledged);
        assertEquals(1, stored);
        Asked late = read(0);
        slow.run();
        settle();
        assertEquals("1", late.body());
        assertEquals("1", early.body());
        assertEquals(1, loads);
        check();
    }

    @Test
    void of_two_writes_that_cross_the_later_commit_is_read() {
        write(0);
        write(1);
        fleet.settle(); // both have begun
        origin.remove(0).run();
        origin.remove(0).run(); // both are committed
        Runnable first = origin.remove(0);
        settle(); // the second returns
        first.run();
        settle();
        notice(1, 2);
        notice(0, 2);
        settle();
        assertEquals("2", settled(0));
        assertEquals("2", settled(1));
        assertEquals(2, acknowledged);
        assertEquals(1, loads, "the barrier of the first came last");
        check();
    }

    @Test
    void a_write_that_the_store_does_not_answer_stores_nothing_near_and_is_voided_later() {
        for (SimulatedFleet.Fault fault : List.of(SimulatedFleet.Fault.NOT_SENT, SimulatedFleet.Fault.NOT_ANSWERED)) {
            settled(0);
            write(0);
            fleet.settle();
            origin.remove(0).run();
            members[0].fault(fault);
            settle();
            assertEquals(0, stored);
            members[0].fault(SimulatedFleet.Fault.NONE);
            time.advance(SECOND);
            settle();
            assertEquals(Integer.toString(committed), settled(0), "it was tried again");
            assertEquals(Integer.toString(committed), settled(1));
        }
        assertEquals(0, acknowledged, "nobody could tell it so far");
        check();
    }

    @Test
    void a_write_that_could_not_begin_voids_only() {
        settled(0);
        members[0].fault(SimulatedFleet.Fault.NOT_SENT);
        write(0);
        fleet.settle();
        members[0].fault(SimulatedFleet.Fault.NONE);
        settle();
        assertEquals(1, acknowledged);
        assertEquals(0, stored);
        assertEquals("1", settled(0));
        assertEquals(2, loads);
    }

    @Test
    void what_was_missed_since_a_write_began_may_be_another_barrier() {
        write(0);
        fleet.settle();
        members[0].loseLine();
        members[0].findLine();
        settle();
        assertEquals(1, acknowledged);
        assertEquals(0, stored);
    }

    // -- schedules that have none ------------------------------------------------------------------------------------

    @Property(tries = 3000)
    void no_reader_sees_a_value_older_than_an_acknowledged_invalidation(@ForAll long seed) {
        FenceTest run = new FenceTest();
        Random random = new Random(seed);
        run.liar = random.nextBoolean();
        for (int i = 0; i < 60; i++) {
            run.anyStep(random);
            run.check();
        }
        for (SimulatedFleet.Member member : run.members) {
            member.findLine();
            member.fault(SimulatedFleet.Fault.NONE);
        }
        for (int i = 0; i < 20; i++) {
            run.settle();
            run.time.advance(SETTINGS.lease());
        }
        run.settle();
        run.check();
        run.reads.forEach(read -> assertNotNull(read.asked.answer, "everyone is answered"));
        Asked last = run.read(random.nextInt(2));
        run.settle();
        run.check();
        assertNotNull(last.answer);
    }

    private void anyStep(Random random) {
        int instance = random.nextInt(2);
        switch (random.nextInt(26)) {
            case 0, 1, 2 -> {
                arrives = random.nextBoolean();
                unsure = random.nextInt(3) == 0;
                lies = liar && random.nextInt(3) == 0;
                read(instance);
            }
            case 3 -> commit(instance);
            case 4, 5 -> {
                if (!origin.isEmpty()) {
                    origin.remove(random.nextInt(origin.size())).run();
                }
            }
            case 6, 7, 8, 9 -> members[instance].hear();
            case 10 -> time.advance(random.nextInt(3_000_000));
            case 11 -> {
                if (random.nextInt(3) == 0) {
                    members[instance].loseLine();
                }
            }
            case 12 -> members[instance].findLine();
            case 13 -> {
                if (!origin.isEmpty() && random.nextInt(4) == 0) {
                    time.advance(random.nextInt(21_000_000));
                }
            }
            case 14 -> {
                SimulatedFleet.Fault[] faults = SimulatedFleet.Fault.values();
                members[instance].fault(random.nextInt(2) == 0 ? faults[0] : faults[random.nextInt(3)]);
            }
            case 15 -> {
                if (!liar) {
                    soften(instance);
                }
            }
            case 16, 17 -> write(instance);
            case 18 -> notice(instance, 1 + random.nextInt(2));
            case 19 -> {
                if (random.nextInt(3) == 0) {
                    commitAndNotify();
                }
            }
            default -> {
                if (fleet.steps() > 0) {
                    fleet.step(random.nextInt(fleet.steps()));
                }
            }
        }
    }
}
