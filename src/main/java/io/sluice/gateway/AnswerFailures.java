package io.sluice.gateway;

import io.sluice.cache.Failures;
import io.sluice.origin.Answer;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** A failed answer as it travels to the callers of other instances: its reason, or its status and a small body. */
public final class AnswerFailures implements Failures<Answer> {
    /** Larger ones are not sent: the waiters then ask the origin themselves. */
    private static final int LARGEST_BODY = 4096;

    @Override
    public byte[] encode(Answer answer) {
        if (answer instanceof Answer.Failed failed) {
            return ("F " + failed.reason().name() + ' ' + failed.retryAfterSeconds() + ' ' + failed.detail())
                    .getBytes(StandardCharsets.UTF_8);
        }
        if (answer instanceof Answer.Whole whole && whole.body().length() <= LARGEST_BODY) {
            String type = whole.headers().get(HttpHeaders.CONTENT_TYPE);
            return Buffer.buffer("W " + whole.status() + ' ' + (type == null ? "" : type) + '\n')
                    .appendBuffer(whole.body())
                    .getBytes();
        }
        return new byte[0];
    }

    @Override
    public @Nullable Answer decode(byte[] bytes) {
        try {
            if (bytes.length > 2 && bytes[0] == 'F') {
                String[] parts = new String(bytes, StandardCharsets.UTF_8).split(" ", 4);
                return new Answer.Failed(Answer.Failed.Reason.valueOf(parts[1]), parts[3], Integer.parseInt(parts[2]));
            }
            if (bytes.length > 2 && bytes[0] == 'W') {
                return whole(Buffer.buffer(bytes));
            }
            return null;
        } catch (IllegalArgumentException | IndexOutOfBoundsException foreign) {
            return null;
        }
    }

    private static Answer whole(Buffer message) {
        int end = 2;
        while (message.getByte(end) != '\n') {
            end++;
        }
        String[] head = message.getString(2, end).split(" ", 2);
        var headers = HttpHeaders.headers();
        if (!head[1].isEmpty()) {
            headers.set(HttpHeaders.CONTENT_TYPE, head[1]);
        }
        return new Answer.Whole(Integer.parseInt(head[0]), headers, message.getBuffer(end + 1, message.length()));
    }
}
