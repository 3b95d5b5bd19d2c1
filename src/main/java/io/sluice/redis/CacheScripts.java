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

/** One script of the cache, called by its digest, and sent whole where the server has forgotten it. */
final class CacheScripts {
    private final String text;
    private final String digest;

    private CacheScripts(String text) {
        this.text = text;
        try {
            this.digest = HexFormat.of()
                    .formatHex(MessageDigest.getInstance("SHA-1").digest(text.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-1", e);
        }
    }

    /** @param files joined in order */
    static CacheScripts of(String... files) {
        StringBuilder text = new StringBuilder();
        for (String file : files) {
            try (InputStream in = CacheScripts.class.getResourceAsStream("/io/sluice/redis/" + file)) {
                if (in == null) {
                    throw new IllegalStateException("missing " + file);
                }
                text.append(new String(in.readAllBytes(), StandardCharsets.UTF_8))
                        .append('\n');
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return new CacheScripts(text.toString());
    }

    Future<Response> run(Commands commands, List<String> keys, List<byte[]> arguments) {
        return commands.send(request(Command.EVALSHA, digest, keys, arguments)).recover(error -> {
            String message = error.getMessage();
            return message != null && message.startsWith("NOSCRIPT")
                    ? commands.send(request(Command.EVAL, text, keys, arguments))
                    : Future.failedFuture(error);
        });
    }

    private static Request request(Command command, String script, List<String> keys, List<byte[]> arguments) {
        Request request = Request.cmd(command).arg(script).arg(keys.size());
        for (String key : keys) {
            request.arg(key);
        }
        for (byte[] argument : arguments) {
            request.arg(Buffer.buffer(argument));
        }
        return request;
    }
}
