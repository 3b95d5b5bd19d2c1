package io.sluice.credentials;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileSourceTest {
    private static final Vertx VERTX = Vertx.vertx();

    private final Path folder;

    FileSourceTest(@TempDir Path folder) {
        this.folder = folder;
    }

    @AfterAll
    static void end() {
        VERTX.close();
    }

    private Fetched read(boolean withUser) {
        Path user = withUser ? folder.resolve("username") : null;
        return new FileSource(VERTX, new CredentialSettings.Files(user, folder.resolve("password"))).read();
    }

    private static void assertFailed(Trouble trouble, String why, Fetched fetched) {
        Fetched.Failed failed = assertInstanceOf(Fetched.Failed.class, fetched);
        assertEquals(trouble, failed.trouble());
        assertEquals(why, failed.why());
    }

    @Test
    void a_line_end_is_no_part_of_a_password_and_other_white_space_is() throws IOException {
        Files.writeString(folder.resolve("username"), "app\r\n");
        Files.writeString(folder.resolve("password"), " p w \n");
        assertEquals(new Fetched.Got(new Credential("app", " p w "), 0), read(true));
        assertEquals(new Fetched.Got(new Credential(null, " p w "), 0), read(false));
    }

    @Test
    void what_is_missing_empty_or_no_text_is_unreadable_and_named() throws IOException {
        Path password = folder.resolve("password");
        assertFailed(Trouble.UNREADABLE, "the file " + password + " is not there", read(false));
        Files.writeString(password, "\n");
        assertFailed(Trouble.UNREADABLE, "the file " + password + " is empty", read(false));
        Files.write(password, new byte[] {(byte) 0xff, 'a'});
        assertFailed(Trouble.UNREADABLE, "the file " + password + " is not UTF-8", read(false));
        Files.writeString(password, "p");
        assertFailed(Trouble.UNREADABLE, "the file " + folder.resolve("username") + " is not there", read(true));
        Files.write(password, new byte[70_000]);
        assertFailed(Trouble.UNREADABLE, "the file " + password + " cannot be read", read(false));
    }

    @Test
    void user_and_password_are_of_one_version_however_the_folder_is_swapped_meanwhile() throws Exception {
        version(0);
        Files.createSymbolicLink(folder.resolve("username"), Path.of("..data/username"));
        Files.createSymbolicLink(folder.resolve("password"), Path.of("..data/password"));
        AtomicBoolean over = new AtomicBoolean();
        AtomicReference<Exception> broken = new AtomicReference<>();
        Thread swaps = new Thread(() -> {
            try {
                for (int i = 1; !over.get(); i++) {
                    version(i);
                }
            } catch (IOException e) {
                broken.set(e);
            }
        });
        swaps.start();
        int whole = 0;
        try {
            for (int i = 0; i < 2_000; i++) {
                if (read(true) instanceof Fetched.Got got) {
                    whole++;
                    String user = String.valueOf(got.credential().user());
                    assertEquals(user.substring(1), got.credential().password().substring(1));
                }
            }
        } finally {
            over.set(true);
            swaps.join();
        }
        assertNull(broken.get());
        assertTrue(whole > 0, "none could be read");
    }

    /** As the kubelet does: a folder that was never there before, a link that is swapped to it, and the one before removed. */
    private void version(int number) throws IOException {
        Path made = Files.createDirectory(folder.resolve(".." + number));
        Files.writeString(made.resolve("username"), "u" + number);
        Files.writeString(made.resolve("password"), "p" + number);
        Path link = Files.createSymbolicLink(folder.resolve("..tmp"), made.getFileName());
        Files.move(link, folder.resolve("..data"), StandardCopyOption.ATOMIC_MOVE);
        if (number > 0) {
            Path old = folder.resolve(".." + (number - 1));
            Files.delete(old.resolve("username"));
            Files.delete(old.resolve("password"));
            Files.delete(old);
        }
    }
}
