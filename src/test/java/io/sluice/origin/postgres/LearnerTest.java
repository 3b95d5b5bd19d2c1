package io.sluice.origin.postgres;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import io.sluice.origin.OriginObserver;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.sqlclient.Pool;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LearnerTest {
    private static final Duration SOON = Duration.ofSeconds(20);
    /** Milliseconds: no look is that far ahead. */
    private static final long TIMEOUT = 9_000;

    private static final Vertx REAL = Vertx.vertx();
    /** Of the timers for looks. */
    private static final Set<Object> DUE = ConcurrentHashMap.newKeySet();

    private static final Vertx COUNTED = counted();
    private static TestDatabase database;
    private static Pool pool;

    private final List<String> told = new CopyOnWriteArrayList<>();
    private final PostgresOrigin origin = new PostgresOrigin(
            COUNTED,
            Connections.of(() -> pool),
            PostgresSpec.read("r", "SELECT id FROM fitting", new Returns.Row(), Duration.ofMillis(TIMEOUT)),
            null,
            new OriginObserver() {
                @Override
                public void breaker(String route, boolean open) {}

                @Override
                public void misfit(String route, @Nullable String why) {
                    told.add(String.valueOf(why));
                }
            });

    @SuppressWarnings("unchecked")
    private static Vertx counted() {
        return (Vertx) Proxy.newProxyInstance(
                LearnerTest.class.getClassLoader(), REAL.getClass().getInterfaces(), (proxy, method, given) -> {
                    try {
                        if (!method.getName().equals("setTimer") || (long) given[0] > TIMEOUT / 2) {
                            if (method.getName().equals("cancelTimer")) {
                                DUE.remove(given[0]);
                            }
                            return method.invoke(REAL, given);
                        }
                        Handler<Long> then = (Handler<Long>) given[1];
                        Long[] id = new Long[1];
                        synchronized (id) {
                            id[0] = REAL.setTimer((long) given[0], fired -> {
                                synchronized (id) {
                                    DUE.remove(id[0]);
                                }
                                then.handle(fired);
                            });
                            DUE.add(id[0]);
                        }
                        return id[0];
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }

    @BeforeAll
    static void start(@TempDir Path work) {
        database = new TestDatabase(work, REAL, 2);
        pool = database.pool;
    }

    @AfterAll
    static void stop() throws Exception {
        database.close();
    }

    private static void sql(String sql) throws SQLException {
        database.sql(sql);
    }

    private Prepared prepared() {
        return origin.prepare().await().atMost(SOON);
    }

    /** Known once, and then of another schema. */
    @BeforeEach
    void fit() throws SQLException {
        sql("DROP TABLE IF EXISTS fitting");
        sql("CREATE TABLE fitting (id int4)");
        assertInstanceOf(Prepared.Ready.class, prepared());
        sql("ALTER TABLE fitting RENAME id TO other");
    }

    @Test
    void however_often_a_route_that_does_not_fit_is_asked_about_one_look_is_due() throws SQLException {
        for (int reload = 0; reload < 30; reload++) {
            assertInstanceOf(Prepared.Refused.class, prepared());
            assertEquals(true, DUE.size() <= 1, DUE.toString());
        }
        sql("ALTER TABLE fitting RENAME other TO id");
        Awaitility.await().atMost(SOON).until(() -> told.get(told.size() - 1).equals("null"));
        assertEquals(Set.of(), DUE);
        origin.close();
    }

    @Test
    void a_route_out_of_use_looks_no_more_and_tells_nothing() {
        assertInstanceOf(Prepared.Refused.class, prepared());
        Awaitility.await().atMost(SOON).until(() -> DUE.size() == 1);
        var asked = origin.prepare().subscribeAsCompletionStage();
        origin.close();
        told.clear();
        assertInstanceOf(
                Prepared.Refused.class, asked.orTimeout(20, TimeUnit.SECONDS).join());
        assertEquals(Set.of(), DUE);
        assertEquals(List.of(), told);
    }
}
