package io.sluice.credentials;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class CredentialsTest {
    private static final long REFRESH = 30_000;
    private static final long TIMEOUT = 3_000;

    private final DrivenTime time = new DrivenTime();
    private final Kept kept = new Kept();
    private final Told told = new Told();
    private final Credentials credentials =
            new Credentials(kept, Duration.ofMillis(REFRESH), Duration.ofMillis(TIMEOUT), told, time, time);

    /** A source whose readings are answered by the test. */
    private static final class Kept implements Source {
        private final Deque<Promise<Fetched>> asked = new ArrayDeque<>();
        private final List<Boolean> anew = new ArrayList<>();
        private @Nullable Fetched always;
        private @Nullable Supplier<Fetched> maker;

        @Override
        public String name() {
            return "kept";
        }

        @Override
        public Future<Fetched> fetch(boolean anewNow) {
            anew.add(anewNow);
            if (maker != null) {
                return Future.succeededFuture(maker.get());
            }
            if (always != null) {
                return Future.succeededFuture(always);
            }
            Promise<Fetched> promise = Promise.promise();
            asked.add(promise);
            return promise.future();
        }

        void answer(Fetched fetched) {
            asked.remove().complete(fetched);
        }
    }

    private static final class Told implements CredentialObserver {
        private final List<String> states = new ArrayList<>();
        private int rotations;

        @Override
        public void read(@Nullable Trouble trouble) {}

        @Override
        public void state(@Nullable Trouble trouble, String why) {
            states.add(trouble == null ? "ok" : trouble.word());
        }

        @Override
        public void rotated() {
            rotations++;
        }
    }

    private static Fetched got(String password, long life) {
        return new Fetched.Got(new Credential("u", password), life);
    }

    private static Fetched failed(Trouble trouble) {
        return new Fetched.Failed(trouble, "because");
    }

    private static String password(Future<Held> future) {
        assertTrue(future.isComplete(), "not complete");
        return future.succeeded()
                ? future.result().credential().password()
                : assertInstanceOf(Credentials.Unavailable.class, future.cause())
                        .getClass()
                        .getSimpleName();
    }

    @Test
    void who_connects_before_the_first_reading_waits_for_it_and_all_share_one() {
        credentials.start();
        Future<Held> one = credentials.now();
        Future<Held> other = credentials.now();
        assertFalse(one.isComplete());
        kept.answer(got("a", 0));
        assertEquals("a", password(one));
        credentials.accepted(one.result());
        assertEquals("a", password(other));
        assertEquals(1, kept.anew.size());
    }

    @Test
    void who_listens_hears_of_credentials_in_the_order_in_which_they_were_read() throws Exception {
        List<String> heard = new CopyOnWriteArrayList<>();
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        credentials.listen(held -> {
            if (held.credential().password().equals("a")) {
                begun.countDown();
                await(goOn);
            }
            heard.add(held.credential().password());
        });
        kept.always = got("a", 0);
        Thread slow = new Thread(credentials::start);
        slow.start();
        await(begun);
        kept.always = got("b", 0);
        time.pass(REFRESH);
        assertEquals(2, kept.anew.size(), "one that is told does not keep the next from being read");
        goOn.countDown();
        slow.join(20_000);
        assertEquals(List.of("a", "b"), heard);
        assertEquals("b", password(credentials.now()));
    }

    @Test
    void who_has_it_read_anew_while_told_is_told_of_that_next_and_a_listener_that_fails_keeps_nobody_waiting() {
        List<String> heard = new ArrayList<>();
        kept.maker = () -> got("p" + kept.anew.size(), 0);
        credentials.listen(held -> {
            heard.add("first " + held.credential().password());
            if (kept.anew.size() < 3) {
                time.pass(REFRESH);
            }
            throw new IllegalStateException("broken");
        });
        credentials.listen(held -> heard.add("second " + held.credential().password()));
        credentials.start();
        assertEquals(List.of("first p1", "second p1", "first p2", "second p2", "first p3", "second p3"), heard);
        assertEquals("p3", password(credentials.now()));
    }

    @Test
    void who_waited_and_fails_at_what_he_hears_keeps_nobody_from_what_is_read_next() {
        credentials.start();
        credentials.now().onComplete(heard -> {
            throw new IllegalStateException("broken");
        });
        kept.answer(got("a", 60_000));
        kept.always = got("b", 60_000);
        time.pass(40_000);
        assertEquals("b", password(credentials.now()));
        List<String> heard = new ArrayList<>();
        credentials.listen(held -> heard.add(held.credential().password()));
        kept.always = got("c", 60_000);
        time.pass(40_000);
        assertEquals(List.of("c"), heard);
    }

    private static void await(CountDownLatch latch) {
        try {
            assertTrue(latch.await(20, TimeUnit.SECONDS));
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void what_has_no_lease_is_read_again_after_refresh_and_what_has_one_after_two_thirds() {
        kept.always = got("a", 0);
        credentials.start();
        time.pass(REFRESH - 1);
        assertEquals(1, kept.anew.size());
        kept.always = got("b", 9_000);
        time.pass(1);
        assertEquals(2, kept.anew.size());
        time.pass(5_999);
        assertEquals(2, kept.anew.size());
        time.pass(1);
        assertEquals(3, kept.anew.size());
        assertEquals(1, told.rotations);
    }

    @Test
    void the_last_good_one_is_used_while_the_provider_fails_until_its_lease_ends() {
        kept.always = got("a", 9_000);
        credentials.start();
        kept.always = failed(Trouble.DENIED);
        time.pass(8_999);
        assertEquals("a", password(credentials.now()));
        assertEquals(List.of("ok", "denied"), told.states);
        time.pass(1);
        assertEquals("Unavailable", password(credentials.now()));
        assertEquals(List.of("ok", "denied", "expired"), told.states);
        kept.always = got("b", 9_000);
        time.pass(30_000);
        assertEquals("b", password(credentials.now()));
        assertEquals(List.of("ok", "denied", "expired", "ok"), told.states);
    }

    @Test
    void a_provider_that_is_silent_is_given_up_at_the_deadline_and_its_late_answer_counts_for_nothing() {
        credentials.start();
        Future<Held> waiting = credentials.now();
        time.pass(TIMEOUT - 1);
        assertFalse(waiting.isComplete());
        time.pass(1);
        assertEquals("Unavailable", password(waiting));
        assertEquals(List.of("timeout"), told.states);
        kept.answer(got("late", 0));
        assertEquals("Unavailable", password(credentials.now()));
    }

    @Test
    void each_state_is_told_once_however_often_it_is_seen() {
        kept.always = failed(Trouble.UNREADABLE);
        credentials.start();
        time.pass(300_000);
        assertEquals(List.of("unreadable"), told.states);
        assertTrue(kept.anew.size() > 10, "it tries again");
        assertTrue(kept.anew.size() < 20, "it tries ever more seldom");
    }

    @Test
    void requests_do_not_hammer_a_provider_that_fails() {
        kept.always = failed(Trouble.UNREADABLE);
        credentials.start();
        for (int i = 0; i < 1_000; i++) {
            assertEquals("Unavailable", password(credentials.now()));
        }
        assertEquals(1, kept.anew.size());
    }

    @Test
    void what_postgres_refuses_is_read_anew_at_once_by_one_for_all() {
        kept.always = got("a", 0);
        credentials.start();
        Held old = credentials.now().result();
        kept.always = null;
        Future<Held> one = credentials.refused(old);
        Future<Held> other = credentials.refused(old);
        assertEquals(List.of(false, true), kept.anew);
        kept.answer(got("b", 0));
        assertEquals("b", password(one));
        credentials.accepted(one.result());
        assertEquals("b", password(other));
        assertEquals("b", password(credentials.refused(old)));
        assertEquals(2, kept.anew.size());
    }

    @Test
    void a_rotation_that_reaches_postgres_first_is_waited_for() {
        kept.always = got("a", 0);
        credentials.start();
        Held old = credentials.now().result();
        Future<Held> next = credentials.refused(old);
        assertFalse(next.isComplete());
        time.pass(100);
        assertEquals("a", password(next));
        kept.always = got("b", 0);
        assertEquals("b", password(credentials.refused(old)));
        assertEquals(List.of("ok"), told.states);
    }

    @Test
    void a_password_that_stays_wrong_has_expired_and_is_refused_without_waiting_from_then_on() {
        kept.always = got("a", 0);
        credentials.start();
        Held wrong = credentials.now().result();
        for (long pause : new long[] {100, 300, 1_000}) {
            Future<Held> next = credentials.refused(wrong);
            time.pass(pause - 1);
            assertFalse(next.isComplete());
            time.pass(1);
            assertEquals("a", password(next));
        }
        assertEquals("Unavailable", password(credentials.refused(wrong)));
        assertEquals(List.of("ok", "expired"), told.states);
        int asked = kept.anew.size();
        assertEquals("Unavailable", password(credentials.refused(wrong)));
        assertEquals(asked, kept.anew.size());
        time.pass(REFRESH);
        assertEquals(List.of("ok", "expired"), told.states);
        credentials.accepted(wrong);
        assertEquals(List.of("ok", "expired", "ok"), told.states);
    }

    @Test
    void what_is_refused_is_tried_by_one_and_the_others_wait_for_what_becomes_of_it() {
        kept.always = got("a", 0);
        credentials.start();
        Held held = credentials.now().result();
        List<Future<Held>> all = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            all.add(credentials.refused(held));
            all.add(credentials.now());
        }
        assertEquals(2, kept.anew.size());
        time.pass(100);
        assertEquals(1, all.stream().filter(Future::isComplete).count());
        credentials.accepted(held);
        assertEquals(20, all.stream().filter(Future::succeeded).count());
    }

    @Test
    void what_nobody_knows_to_work_is_tried_by_one_and_then_by_all() {
        kept.always = got("a", 0);
        credentials.start();
        for (String next : new String[] {"a", "b"}) {
            kept.always = got(next, 0);
            time.pass(REFRESH);
            List<Future<Held>> all = many(10);
            assertEquals(List.of(next), got(all));
            credentials.accepted(all.get(0).result());
            assertEquals(10, got(all).size());
        }
    }

    @Test
    void another_login_than_the_refused_one_is_refused_to_one_alone() {
        kept.always = got("a", 0);
        credentials.start();
        Held old = credentials.now().result();
        credentials.accepted(old);
        kept.always = got("b", 0);
        List<Future<Held>> all = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            all.add(credentials.refused(old));
        }
        assertEquals(List.of("b"), got(all));
        credentials.refused(all.get(0).result());
        // The second refusal in a row, of whichever.
        time.pass(299);
        assertEquals(List.of("b"), got(all));
        time.pass(1);
        assertEquals(List.of("b", "b"), got(all));
    }

    @Test
    void who_does_not_reach_postgres_leaves_the_try_to_the_next_at_once() {
        kept.always = got("a", 0);
        credentials.start();
        List<Future<Held>> all = many(3);
        assertEquals(List.of("a"), got(all));
        credentials.untold(all.get(0).result());
        assertEquals(List.of("a", "a"), got(all));
        // And one who is never heard of again to one after a while.
        time.pass(999);
        assertEquals(List.of("a", "a"), got(all));
        time.pass(1);
        assertEquals(List.of("a", "a", "a"), got(all));
    }

    private List<Future<Held>> many(int count) {
        List<Future<Held>> all = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            all.add(credentials.now());
        }
        return all;
    }

    /** What those were given who wait no more. */
    private static List<String> got(List<Future<Held>> all) {
        return all.stream()
                .filter(Future::isComplete)
                .map(CredentialsTest::password)
                .toList();
    }

    /** Such as a database engine of Vault whose users Postgres does not let in. */
    @Test
    void a_provider_that_gives_another_each_time_is_not_asked_for_ever_more_of_them() {
        int[] made = {0};
        kept.maker = () -> got("p" + made[0]++, 3_600_000);
        credentials.start();
        for (int i = 0; i < 60_000; i += 50) {
            refusedEachTime(credentials.now(), 1);
            time.pass(50);
        }
        assertTrue(made[0] > 2 && made[0] < 12, "made: " + made[0]);
    }

    private void refusedEachTime(Future<Held> login, int nth) {
        login.onSuccess(held -> {
            Future<Held> next = credentials.refused(held);
            if (nth < 4) {
                refusedEachTime(next, nth + 1);
            }
        });
    }

    @Test
    void another_password_ends_what_had_expired() {
        a_password_that_stays_wrong_has_expired();
        kept.always = got("b", 0);
        time.pass(REFRESH);
        assertEquals(List.of("ok", "expired", "ok"), told.states);
        assertEquals("b", password(credentials.now()));
    }

    private void a_password_that_stays_wrong_has_expired() {
        kept.always = got("a", 0);
        credentials.start();
        Held wrong = credentials.now().result();
        credentials.refused(wrong);
        time.pass(Trials.PATIENCE + 1);
        credentials.refused(wrong);
    }

    @Test
    void listeners_hear_of_another_password_and_of_a_longer_life() {
        List<Held> heard = new ArrayList<>();
        kept.always = got("a", 3_000);
        credentials.listen(heard::add);
        credentials.start();
        time.pass(2_000);
        assertEquals(2, heard.size());
        assertEquals(2_000, heard.get(1).until() - heard.get(0).until());
        assertEquals(0, told.rotations);
    }

    @Test
    void nothing_is_left_to_run_after_the_end() {
        kept.always = got("a", 0);
        credentials.start();
        List<Future<Held>> all = many(2);
        credentials.close();
        assertEquals(List.of("a", "Unavailable"), got(all));
        assertEquals(0, time.alarms());
    }

    @Test
    void no_text_of_what_holds_a_secret_tells_it() {
        Held held = new Held(new Credential("someone", "secret"), 7);
        String texts = held + " " + new Fetched.Got(held.credential(), 7) + " "
                + new CredentialSettings.ApiKey("secret", null) + new Calls.Reply(200, "secret");
        assertFalse(texts.contains("secret") || texts.contains("someone"), texts);
    }
}
