package io.sluice.redis;

import static io.sluice.cache.Drafts.ANY;
import static io.sluice.cache.Drafts.KEY;
import static io.sluice.cache.Drafts.entry;
import static io.sluice.cache.Drafts.now;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.cache.Barriers;
import io.sluice.cache.Lookup;
import io.sluice.cache.Near;
import io.vertx.core.buffer.Buffer;
import io.vertx.redis.client.Command;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.zip.CRC32;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a later version of this program leaves in Redis, or says there, while an upgrade is under way. */
@Timeout(60)
class VersionsTest {
    private static final String CHANNEL = "sluice:barriers";
    private static final byte LATER = EntryCodec.VERSION + 1;

    private final TestRedis redis = new TestRedis();
    private final Instance here = new Instance(redis.vertx, redis.server.url());
    private final Instance other = new Instance(redis.vertx, redis.server.url());

    @BeforeEach
    void ready() {
        here.ready();
        other.ready();
    }

    @AfterEach
    void stop() {
        here.close();
        other.close();
        redis.close();
    }

    private static String place(int version) {
        return "sluice:e" + version + ":product\n/products/42";
    }

    private Lookup<String, String> look(Instance instance, String body) {
        return instance.cache.lookup(KEY, ANY, now(body)).await().atMost(Duration.ofSeconds(10));
    }

    private String body(Instance instance, String wouldLoad) {
        Lookup<String, String> found = look(instance, wouldLoad);
        Near<String> near = found instanceof Lookup.Hit<String, String> hit
                ? hit.near()
                : assertInstanceOf(Lookup.Loaded.class, found).near();
        return near.prepared();
    }

    /** An entry, sound but for its version. */
    private static byte[] later() {
        byte[] bytes = EntryCodec.encode(entry("of another version", 1_780_000_000_000_000L));
        bytes[0] = LATER;
        CRC32 crc = new CRC32();
        crc.update(bytes, 0, bytes.length - 4);
        ByteBuffer.wrap(bytes).putInt(bytes.length - 4, (int) crc.getValue());
        return bytes;
    }

    /** A message of that version: its head, and what only that version understands. */
    private static Buffer message(int version, long instant, String sender, String number) {
        return Buffer.buffer()
                .appendByte((byte) version)
                .appendDouble(instant)
                .appendShort((short) sender.length())
                .appendString(sender)
                .appendShort((short) number.length())
                .appendString(number)
                .appendString("{\"what\":[\"only the later one knows\"]}");
    }

    private long start(Instance instance) {
        return Objects.requireNonNull(instance.cache.fresh(KEY, ANY)).entry().start();
    }

    @Test
    void an_entry_of_a_later_version_is_a_miss_and_nothing_breaks() {
        redis.call(Command.SET, place(EntryCodec.VERSION), Buffer.buffer(later()));
        assertEquals("mine", body(here, "mine"));
        assertEquals("mine", body(other, "not asked for"));
    }

    @Test
    void two_versions_keep_their_entries_apart_and_neither_touches_the_other_s() {
        Buffer theirs = Buffer.buffer(later());
        redis.call(Command.SET, place(LATER), theirs);
        assertEquals("mine", body(here, "mine"));
        assertEquals(theirs, redis.call(Command.GET, place(LATER)).toBuffer());
        assertEquals(1, redis.call(Command.EXISTS, place(EntryCodec.VERSION)).toInteger());
    }

    @Test
    void a_barrier_of_a_later_version_voids_everything_and_is_confirmed() {
        assertEquals("before", body(here, "before"));
        long start = start(here);
        // What is void stands where every version finds it; only the telling is new.
        redis.call(Command.ZADD, CHANNEL, start + 1, Barriers.ofTag("product:42"), start + 1, "@");
        String number = other.backplane.confirmations().open();
        redis.call(Command.PUBLISH, CHANNEL, message(2, start + 1, other.backplane.id(), number));
        other.backplane
                .confirmations()
                .expect(number, Set.of(here.backplane.id()))
                .await()
                .atMost(Duration.ofSeconds(10));
        assertNull(here.cache.fresh(KEY, ANY));
        assertEquals("after", body(here, "after"));
    }

    @Test
    void what_cannot_be_read_at_all_has_what_is_near_validated_at_redis() {
        assertEquals("before", body(here, "before"));
        long start = start(here);
        String tag = Barriers.ofTag("product:42");
        // A barrier that nobody was told of.
        redis.call(Command.ZADD, CHANNEL, start + 1, tag, start + 1, "@");
        assertNotNull(here.cache.fresh(KEY, ANY));
        for (Buffer unreadable : new Buffer[] {
            Buffer.buffer(),
            Buffer.buffer("\u0003what is this?"),
            message(2, 1L << 60, "somebody", "1"),
            message(1, 0, "somebody", "1"),
            message(0xc3, 0, "somebody", "1"),
            Buffer.buffer(new byte[] {0x43, 1, 2})
        }) {
            long epoch = here.backplane.barriers().epoch();
            redis.call(Command.PUBLISH, CHANNEL, unreadable);
            await().atMost(Duration.ofSeconds(10))
                    .until(() -> here.backplane.barriers().epoch() > epoch);
        }
        assertNull(here.cache.fresh(KEY, ANY));
        assertEquals("after", body(here, "after"));
        assertTrue(here.backplane.believes(), "the line goes on");
    }

    @Test
    void the_present_version_is_understood_as_it_is_sent() {
        byte[] name = "t:x".getBytes(StandardCharsets.UTF_8);
        Buffer sent = Buffer.buffer()
                .appendDouble(1_780_000_000_000_000d)
                .appendShort((short) 1)
                .appendString("s")
                .appendShort((short) 1)
                .appendString("7")
                .appendShort((short) name.length)
                .appendBytes(name);
        assertEquals(
                new Messages.Barrier(1_780_000_000_000_000L, "s", "7", List.of("t:x")),
                Messages.barrier(sent.getBytes()));
    }
}
