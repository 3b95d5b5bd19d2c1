package io.sluice.boot;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Timer;
import io.sluice.origin.postgres.PoolObserver;
import io.sluice.telemetry.Meters;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.IntSupplier;

/** The metrics of the database's pools. */
final class PoolMeters implements PoolObserver {
    private final Meters meters;
    private final Map<String, Timer> waits = new ConcurrentHashMap<>();
    private final Map<String, Counter> reads = new ConcurrentHashMap<>();

    PoolMeters(Meters meters) {
        this.meters = meters;
    }

    @Override
    public void pool(String server, IntSupplier open, IntSupplier used, IntSupplier waiting) {
        meters.pool(server, open, used, waiting);
    }

    @Override
    public void replica(String server, IntSupplier used) {
        meters.replica(server, used);
    }

    @Override
    public void read(String server) {
        reads.computeIfAbsent(server, meters::databaseReads).increment();
    }

    @Override
    public void waited(String server, long nanos) {
        waits.computeIfAbsent(server, meters::poolWait).record(nanos, TimeUnit.NANOSECONDS);
    }

    @Override
    public void refused(String server, boolean full) {
        meters.poolRefused(server, full).increment();
    }
}
