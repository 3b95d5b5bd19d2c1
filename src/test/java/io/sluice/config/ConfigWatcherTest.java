package io.sluice.config;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** On a real file system. */
@Timeout(20)
class ConfigWatcherTest {
    private static final Duration INTERVAL = Duration.ofMillis(50);

    private final Path folder;

    ConfigWatcherTest(@TempDir Path folder) {
        this.folder = folder;
    }

    /** What the file held each time a change was told. */
    private final CopyOnWriteArrayList<String> told = new CopyOnWriteArrayList<>();

    private ConfigWatcher watch(Path file) {
        return ConfigWatcher.start(file, INTERVAL, () -> {
            try {
                told.add(Files.readString(file));
            } catch (IOException e) {
                told.add("gone");
            }
        });
    }

    private void awaitTold(String content) {
        await().pollInterval(Duration.ofMillis(5))
                .until(() -> !told.isEmpty() && told.get(told.size() - 1).equals(content));
    }

    @Test
    void a_changed_content_is_told_once() throws IOException {
        Path file = Files.writeString(folder.resolve("s.yaml"), "one");
        try (ConfigWatcher watcher = watch(file)) {
            Files.writeString(file, "two");
            awaitTold("two");
            Files.writeString(file, "two");
            Files.writeString(folder.resolve("other"), "x");
            Files.writeString(file, "three");
            awaitTold("three");
            assertEquals(java.util.List.of("two", "three"), told);
        }
    }

    @Test
    void a_file_replaced_by_renaming_is_told() throws IOException {
        Path file = Files.writeString(folder.resolve("s.yaml"), "one");
        try (ConfigWatcher watcher = watch(file)) {
            for (String content : new String[] {"two", "six"}) {
                Path fresh = Files.writeString(folder.resolve("s.yaml~"), content);
                Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
                awaitTold(content);
            }
        }
    }

    @Test
    void a_file_that_goes_and_comes_back_is_told() throws IOException {
        Path file = Files.writeString(folder.resolve("s.yaml"), "one");
        try (ConfigWatcher watcher = watch(file)) {
            Files.delete(file);
            awaitTold("gone");
            Files.writeString(file, "two");
            awaitTold("two");
        }
    }

    @Test
    void a_swapped_link_of_a_config_map_is_told() throws IOException {
        Path file = Files.createSymbolicLink(folder.resolve("s.yaml"), Path.of("..data", "s.yaml"));
        swap("v1", "one");
        try (ConfigWatcher watcher = watch(file)) {
            swap("v2", "two");
            awaitTold("two");
            swap("v3", "three");
            awaitTold("three");
        }
    }

    /** As the kubelet does it: a new folder, a new link to it, renamed over the old one. */
    private void swap(String version, String content) throws IOException {
        Files.createDirectory(folder.resolve(".." + version));
        Files.writeString(folder.resolve(".." + version).resolve("s.yaml"), content);
        Path link = Files.createSymbolicLink(folder.resolve("..data_tmp"), Path.of(".." + version));
        Files.move(link, folder.resolve("..data"), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    @Test
    void a_link_swapped_in_a_folder_that_is_not_watched_is_told() throws IOException {
        Path outside = Files.createDirectory(folder.resolve("outside"));
        Path a = Files.createDirectory(folder.resolve("a"));
        Path b = Files.createDirectory(folder.resolve("b"));
        Files.writeString(a.resolve("s.yaml"), "one");
        Files.writeString(b.resolve("s.yaml"), "two");
        Path current = Files.createSymbolicLink(folder.resolve("current"), a);
        Path file = Files.createSymbolicLink(outside.resolve("s.yaml"), current.resolve("s.yaml"));
        try (ConfigWatcher watcher = watch(file)) {
            Files.move(
                    Files.createSymbolicLink(folder.resolve("next"), b),
                    current,
                    StandardCopyOption.ATOMIC_MOVE,
                    StandardCopyOption.REPLACE_EXISTING);
            awaitTold("two");
        }
    }

    @Test
    void a_listener_that_fails_hears_the_next_change() throws IOException {
        Path file = Files.writeString(folder.resolve("s.yaml"), "one");
        try (ConfigWatcher watcher = ConfigWatcher.start(file, INTERVAL, () -> {
            told.add("heard");
            throw new IllegalStateException("the listener of a test");
        })) {
            Files.writeString(file, "two");
            await().until(() -> told.size() == 1);
            Files.writeString(file, "three");
            await().until(() -> told.size() == 2);
        }
    }

    @Test
    void closing_ends_the_thread() throws IOException {
        Path file = Files.writeString(folder.resolve("s.yaml"), "one");
        watch(file).close();
        await().until(() -> Thread.getAllStackTraces().keySet().stream()
                .noneMatch(thread -> thread.getName().equals("sluice-config-watcher")));
    }
}
