package io.sluice.redis;

import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;

/**
 * A Lua script that Redis runs by its digest. A server that does not know it (restarted, failed over, flushed) is
 * sent the text, which changes nothing for the caller: a script is one command, and the refused one did nothing.
 */
public final class Script {
    private final byte[] text;
    private final byte[] sha;

    Script(String text) {
        this.text = text.getBytes(StandardCharsets.UTF_8);
        this.sha = sha1(this.text).getBytes(StandardCharsets.US_ASCII);
    }

    /** @param name of a file beside this class, e.g. {@code limit-acquire.lua} */
    public static Script load(String name) {
        return new Script(text(name));
    }

    static String text(String name) {
        try (InputStream in = Script.class.getResourceAsStream(name)) {
            if (in == null) {
                throw new IllegalArgumentException("no script " + name);
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException("the script " + name + " cannot be read", e);
        }
    }

    /**
     * Runs where the keys are. Fails as {@link Commands#send} does, and with what the script reports.
     *
     * @param keys at least one; in a cluster all of one slot
     */
    public Future<Response> run(Commands commands, List<String> keys, Buffer... args) {
        Commands there = commands.at(keys.get(0));
        return there.send(request(Command.EVALSHA, sha, keys, args))
                .recover(failure -> unknown(failure)
                        ? there.send(request(Command.EVAL, text, keys, args))
                        : Future.failedFuture(failure));
    }

    private static Request request(Command command, byte[] script, List<String> keys, Buffer[] args) {
        Request request = Request.cmd(command).arg(script).arg(keys.size());
        for (int i = 0; i < keys.size(); i++) {
            request.arg(keys.get(i));
        }
        for (Buffer arg : args) {
            request.arg(arg);
        }
        return request;
    }

    private static boolean unknown(Throwable failure) {
        return failure.getMessage() != null && failure.getMessage().startsWith("NOSCRIPT");
    }

    private static String sha1(byte[] text) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-1").digest(text));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-1", e);
        }
    }
}
