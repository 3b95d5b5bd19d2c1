package io.sluice.limit;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.temporal.ChronoUnit;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;

class CalendarTest {
    @Property(tries = 500)
    void a_month_starts_and_ends_as_java_time_has_it(@ForAll @LongRange(min = 0, max = 8_000_000_000_000_000L) long t) {
        ZonedDateTime month = Instant.EPOCH
                .plus(t, ChronoUnit.MICROS)
                .atZone(ZoneOffset.UTC)
                .truncatedTo(ChronoUnit.DAYS)
                .withDayOfMonth(1);
        assertEquals(month.toEpochSecond() * 1_000_000, Calendar.start(0, t));
        assertEquals(month.plusMonths(1).toEpochSecond() * 1_000_000, Calendar.end(0, t));
    }

    @Property(tries = 200)
    void a_day_starts_and_ends_as_java_time_has_it(@ForAll @LongRange(min = 0, max = 8_000_000_000_000_000L) long t) {
        ZonedDateTime day =
                Instant.EPOCH.plus(t, ChronoUnit.MICROS).atZone(ZoneOffset.UTC).truncatedTo(ChronoUnit.DAYS);
        assertEquals(day.toEpochSecond() * 1_000_000, Calendar.start(86_400_000_000L, t));
        assertEquals(day.plusDays(1).toEpochSecond() * 1_000_000, Calendar.end(86_400_000_000L, t));
    }
}
