package io.sluice.config;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.ClosedWatchServiceException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Tells when a file's content changed, also when it is replaced by renaming, deleted and made again, or reached through
 * a symbolic link that is swapped, as Kubernetes does with a ConfigMap's {@code ..data}. Notifications of the file
 * system only shorten the wait: the content is compared once per interval anyway, since they do not cover every link
 * on the way and not every file system has them.
 *
 * <p>A file that is gone is told too, once. A change is told when two looks, a fifth of the interval apart (at most
 * 100 ms), saw the same, so that a file still being written is not read.
 */
public final class ConfigWatcher implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(ConfigWatcher.class.getName());
    private static final long MOST_SETTLING_NANOS = 100_000_000;
    private static final byte[] GONE = {};

    private final Path file;
    private final long interval;
    private final Runnable changed;
    private final Thread thread;
    private final @Nullable WatchService notifications;
    private final Map<Path, WatchKey> watched = new HashMap<>();
    private byte[] told;
    private volatile boolean closed;

    private ConfigWatcher(Path file, Duration interval, Runnable changed) {
        this.file = file.toAbsolutePath();
        this.interval = interval.toNanos();
        this.changed = changed;
        this.notifications = notifications();
        this.told = content();
        watchFolders();
        this.thread = new Thread(this::run, "sluice-config-watcher");
        this.thread.setDaemon(true);
    }

    /**
     * Watches with an interval of one second. The content at this call is taken as known: start before the first
     * reading, so that no change falls between the two.
     */
    public static ConfigWatcher start(Path file, Runnable changed) {
        return start(file, Duration.ofSeconds(1), changed);
    }

    /**
     * @param interval the longest time until a change is seen
     * @param changed called on the watcher's own thread, once per change; what it throws is logged
     */
    public static ConfigWatcher start(Path file, Duration interval, Runnable changed) {
        ConfigWatcher watcher = new ConfigWatcher(file, interval, changed);
        watcher.thread.start();
        return watcher;
    }

    private static @Nullable WatchService notifications() {
        try {
            return FileSystems.getDefault().newWatchService();
        } catch (IOException | UnsupportedOperationException e) {
            LOG.log(System.Logger.Level.DEBUG, "no file notifications, looking once per interval", e);
            return null;
        }
    }

    private void run() {
        try {
            while (!closed) {
                await(interval);
                byte[] seen = content();
                if (!Arrays.equals(seen, told)) {
                    settle(seen);
                }
                watchFolders();
            }
        } catch (InterruptedException | ClosedWatchServiceException e) {
            // Closed.
        }
    }

    private void settle(byte[] first) throws InterruptedException {
        byte[] seen = first;
        while (!closed) {
            TimeUnit.NANOSECONDS.sleep(Math.min(interval / 5, MOST_SETTLING_NANOS));
            byte[] again = content();
            if (Arrays.equals(seen, again)) {
                break;
            }
            seen = again;
        }
        if (!closed && !Arrays.equals(seen, told)) {
            told = seen;
            try {
                changed.run();
            } catch (RuntimeException e) {
                LOG.log(System.Logger.Level.ERROR, "what follows a change of the configuration failed", e);
            }
        }
    }

    /** Waits for a notification, at most {@code nanos}. */
    private void await(long nanos) throws InterruptedException {
        if (notifications == null) {
            TimeUnit.NANOSECONDS.sleep(nanos);
            return;
        }
        WatchKey key = notifications.poll(nanos, TimeUnit.NANOSECONDS);
        for (; key != null; key = notifications.poll()) {
            key.pollEvents();
            if (!key.reset()) {
                watched.values().remove(key);
            }
        }
    }

    /** The folder the file is named in, and the one it really is in. */
    private void watchFolders() {
        watch(file.getParent());
        try {
            watch(file.toRealPath().getParent());
        } catch (IOException e) {
            // Gone for now; the first folder tells when it is back.
        }
    }

    private void watch(@Nullable Path folder) {
        if (folder == null || notifications == null || watched.containsKey(folder)) {
            return;
        }
        if (watched.size() > 2) {
            // Folders that links led to before.
            watched.values().forEach(WatchKey::cancel);
            watched.clear();
        }
        try {
            watched.put(
                    folder,
                    folder.register(
                            notifications,
                            StandardWatchEventKinds.ENTRY_CREATE,
                            StandardWatchEventKinds.ENTRY_MODIFY,
                            StandardWatchEventKinds.ENTRY_DELETE));
        } catch (IOException e) {
            LOG.log(System.Logger.Level.DEBUG, "no notifications for a folder, looking once per interval", e);
        }
    }

    private byte[] content() {
        try (InputStream in = Files.newInputStream(file)) {
            return in.readNBytes(ConfigReader.MOST_BYTES + 1);
        } catch (IOException e) {
            return GONE;
        }
    }

    /** Ends the watching; a change that is being told may still be running. */
    @Override
    public void close() {
        closed = true;
        thread.interrupt();
        if (notifications != null) {
            try {
                notifications.close();
            } catch (IOException e) {
                LOG.log(System.Logger.Level.DEBUG, "closing file notifications", e);
            }
        }
    }
}
