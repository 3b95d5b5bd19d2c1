package io.sluice.credentials;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** Files such as those of a Kubernetes secret, whose folder is a link that is swapped as a whole. */
final class FileSource implements Source {
    private static final int MOST_BYTES = 1 << 16;
    private static final int TRIES = 3;

    private final Vertx vertx;
    private final CredentialSettings.Files files;

    FileSource(Vertx vertx, CredentialSettings.Files files) {
        this.vertx = vertx;
        this.files = files;
    }

    @Override
    public String name() {
        return "file";
    }

    @Override
    public Future<Fetched> fetch(boolean anew) {
        // A file system over a network may hang.
        return vertx.executeBlocking(this::read, false);
    }

    /** User and password are of one version of the folder, or they are read once more. */
    Fetched read() {
        Fetched last = failed(Trouble.UNREADABLE, files.password(), "changes while it is read");
        for (int nth = 0; nth < TRIES; nth++) {
            Path at = files.password();
            try {
                Path before = at.toRealPath();
                Path user = files.user();
                at = user == null ? at : user;
                String name = user == null ? null : text(at);
                if (name != null && name.isEmpty()) {
                    return failed(Trouble.UNREADABLE, at, "is empty");
                }
                at = files.password();
                String password = text(at);
                if (before.equals(at.toRealPath())) {
                    return password.isEmpty()
                            ? failed(Trouble.UNREADABLE, at, "is empty")
                            : new Fetched.Got(new Credential(name, password), 0);
                }
            } catch (NoSuchFileException none) {
                // The version that a link led to may have been removed just now.
                last = failed(Trouble.UNREADABLE, at, "is not there");
            } catch (AccessDeniedException denied) {
                return failed(Trouble.DENIED, at, "may not be read by this process");
            } catch (CharacterCodingException foreign) {
                return failed(Trouble.UNREADABLE, at, "is not UTF-8");
            } catch (IOException broken) {
                return failed(Trouble.UNREADABLE, at, "cannot be read");
            }
        }
        return last;
    }

    private static Fetched failed(Trouble trouble, Path file, String what) {
        return new Fetched.Failed(trouble, "the file " + file + " " + what);
    }

    /** Without the line's end that editors leave. */
    static String text(Path file) throws IOException {
        byte[] bytes;
        try (InputStream in = Files.newInputStream(file)) {
            bytes = in.readNBytes(MOST_BYTES + 1);
        }
        if (bytes.length > MOST_BYTES) {
            throw new IOException("larger than 64KiB");
        }
        String text = StandardCharsets.UTF_8
                .newDecoder()
                .decode(ByteBuffer.wrap(bytes))
                .toString();
        int end = text.length();
        while (end > 0 && (text.charAt(end - 1) == '\n' || text.charAt(end - 1) == '\r')) {
            end--;
        }
        return text.substring(0, end);
    }
}
