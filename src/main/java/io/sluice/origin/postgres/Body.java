package io.sluice.origin.postgres;

import io.sluice.origin.Answer;
import io.sluice.origin.Call;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.json.Json;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The body of a request that writes: JSON whose members are bound by name. */
final class Body {
    /** Milliseconds that a client has to send it. */
    private static final long PATIENCE = 30_000;

    private static final Body NONE = new Body(Buffer.buffer(), null);
    private static final Set<String> TEXTS = Set.of("text", "varchar", "bpchar", "citext", "name");

    private final Buffer bytes;
    private final JsonText.@Nullable Value json;

    private Body(Buffer bytes, JsonText.@Nullable Value json) {
        this.bytes = bytes;
        this.json = json;
    }

    /** As it came. */
    Buffer bytes() {
        return bytes;
    }

    /** The answer to who sent it. */
    private static final class Refusal extends RuntimeException {
        private static final long serialVersionUID = 1;
        private final transient Answer answer;

        Refusal(Answer answer) {
            super("refused", null, false, false);
            this.answer = answer;
        }
    }

    static Answer refusal(Throwable problem) {
        return problem instanceof Refusal refusal
                ? refusal.answer
                : new Answer.Failed(Answer.Failed.Reason.CLIENT_LEFT, "the client left while it sent the body", 1);
    }

    private static Refusal refused(int status, String detail) {
        return new Refusal(new Answer.Refused(status, detail, Map.of()));
    }

    private static Refusal bad(String detail) {
        return new Refusal(new Answer.BadRequest(SqlText.BODY, detail));
    }

    static boolean isOf(String name) {
        return name.equals(SqlText.BODY) || name.startsWith(SqlText.BODY + '.');
    }

    /** The names that statements bind of it. */
    static Set<String> names(PostgresSpec spec) {
        return spec.statements().stream()
                .flatMap(sql -> SqlText.cut(sql).names().stream())
                .filter(Body::isOf)
                .collect(Collectors.toSet());
    }

    /**
     * Reads it whole where a statement wants it. Fails with what {@link #refusal} knows.
     *
     * @param names see {@link #names}
     * @param room that it takes, and that is given back when nothing of it is wanted any more
     */
    static Future<Body> read(Vertx vertx, Call call, PostgresSpec spec, Set<String> names, BodyRoom.Part room) {
        Writing writing = spec.writing();
        HttpServerRequest client = call.client();
        if (writing == null || client == null || names.isEmpty()) {
            return Future.succeededFuture(NONE);
        }
        String type = call.headers().get(HttpHeaders.CONTENT_TYPE);
        if (!isJson(type)) {
            return Future.failedFuture(refused(415, "the body is to be application/json"));
        }
        Promise<Buffer> whole = Promise.promise();
        Buffer read = Buffer.buffer();
        client.handler(chunk -> {
            if (whole.future().isComplete()) {
                return; // it was refused
            }
            if (read.length() + chunk.length() > writing.maxBody()) {
                whole.tryFail(refused(413, "the body is longer than " + writing.maxBody() + " bytes"));
            } else if (room.take(chunk.length())) {
                read.appendBuffer(chunk);
            } else {
                whole.tryFail(new Refusal(
                        new Answer.Failed(Answer.Failed.Reason.OVERLOADED, "too many bodies are being read", 1)));
            }
        });
        client.endHandler(end -> whole.tryComplete(read));
        client.exceptionHandler(whole::tryFail);
        long timer = vertx.setTimer(PATIENCE, late -> whole.tryFail(refused(408, "the body did not come in time")));
        if (announced(call) > writing.maxBody()) {
            whole.tryFail(refused(413, "the body is longer than " + writing.maxBody() + " bytes"));
        } else {
            if ("100-continue".equalsIgnoreCase(call.headers().get(HttpHeaders.EXPECT))) {
                client.response().writeContinue();
            }
            client.resume();
        }
        return whole.future()
                .onComplete(done -> vertx.cancelTimer(timer))
                .compose(bytes -> parsed(bytes, spec, names, call));
    }

    private static long announced(Call call) {
        String length = call.headers().get(HttpHeaders.CONTENT_LENGTH);
        return length == null || length.length() > 18 ? 0 : Long.parseLong(length);
    }

    private static boolean isJson(@Nullable String type) {
        String essence = type == null ? "" : type.split(";", 2)[0].strip().toLowerCase(Locale.ROOT);
        return essence.equals("application/json") || essence.startsWith("application/") && essence.endsWith("+json");
    }

    private static Future<Body> parsed(Buffer bytes, PostgresSpec spec, Set<String> names, Call call) {
        String text;
        try {
            text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes.getBytes()))
                    .toString();
        } catch (CharacterCodingException broken) {
            return Future.failedFuture(bad("it is not UTF-8"));
        }
        JsonText.Value json;
        try {
            json = JsonText.read(text);
        } catch (IOException broken) {
            return Future.failedFuture(bad("it is not JSON"));
        }
        if (!names.contains(SqlText.BODY)) {
            if (json.kind() != JsonText.Kind.OBJECT) {
                return Future.failedFuture(bad("expected a JSON object"));
            }
            String surplus = spec.writing() == null || spec.writing().lenient()
                    ? null
                    : surplus(json, SqlText.BODY, names, call);
            if (surplus != null) {
                return Future.failedFuture(new Refusal(new Answer.BadRequest(
                        surplus,
                        "is not known here; accepted: "
                                + String.join(", ", names.stream().sorted().toList()))));
            }
        }
        return Future.succeededFuture(new Body(bytes, json));
    }

    /**
     * A member that nothing is done with, at any depth; what the path has too is let pass at the top, as in a representation that was read
     * and is sent back.
     */
    private static @Nullable String surplus(JsonText.Value json, String whose, Set<String> names, Call call) {
        for (Map.Entry<String, JsonText.Value> member : json.members().entrySet()) {
            String name = whose + '.' + member.getKey();
            if (names.contains(name)) {
                continue;
            }
            boolean inside = names.stream().anyMatch(one -> one.startsWith(name + '.'));
            if (!inside && !(whose.equals(SqlText.BODY) && call.pathParameters().containsKey(member.getKey()))) {
                String shown = member.getKey();
                return whose + '.' + (shown.length() > 64 ? shown.substring(0, 64) + "…" : shown);
            }
            String surplus = inside ? surplus(member.getValue(), name, names, call) : null;
            if (surplus != null) {
                return surplus;
            }
        }
        return null;
    }

    /** The value to bind; null: SQL's null. */
    @Nullable
    String value(String name, ParameterType type) throws Given.Wrong {
        JsonText.Value value = json;
        if (!name.equals(SqlText.BODY)) {
            for (String step : List.of(name.substring(SqlText.BODY.length() + 1).split("\\."))) {
                value = value == null ? null : value.members().get(step);
            }
        }
        if (value == null) {
            throw new Given.Wrong(name, "is required");
        }
        if (value.kind() == JsonText.Kind.NULL) {
            return null;
        }
        String bound = bound(name, value, type);
        for (int i = 0; i < bound.length(); i++) {
            char c = bound.charAt(i);
            if (c == 0) {
                throw new Given.Wrong(name, "holds a NUL character, which text cannot have");
            }
            if (Character.isSurrogate(c)) {
                if (i + 1 == bound.length() || !Character.isSurrogatePair(c, bound.charAt(i + 1))) {
                    throw new Given.Wrong(name, "holds half a character (a lone surrogate)");
                }
                i++;
            }
        }
        return bound;
    }

    private static String bound(String name, JsonText.Value value, ParameterType type) throws Given.Wrong {
        if (type.isJson()) {
            return value.kind() == JsonText.Kind.TEXT ? Json.encode(value.text()) : value.text();
        }
        if (value.kind() == JsonText.Kind.ARRAY && type.isArray()) {
            return array(value, type.base().equals("_json") || type.base().equals("_jsonb"));
        }
        boolean plain = value.kind() == JsonText.Kind.PLAIN;
        boolean flag = plain && (value.text().equals("true") || value.text().equals("false"));
        boolean wrong = value.kind() == JsonText.Kind.ARRAY
                || value.kind() == JsonText.Kind.OBJECT
                || plain && TEXTS.contains(type.base())
                || plain && flag != type.base().equals("bool");
        if (wrong || !type.accepts(value.text())) {
            throw new Given.Wrong(name, type.refusal(value.text()), true);
        }
        return value.text();
    }

    /**
     * As Postgres writes arrays (manual, §8.15.2).
     *
     * @param json whether its elements are
     */
    private static String array(JsonText.Value value, boolean json) {
        return value.elements().stream()
                .map(element -> switch (element.kind()) {
                    case NULL -> "NULL";
                    case ARRAY -> array(element, json);
                    case TEXT -> Filter.quoted(json ? Json.encode(element.text()) : element.text());
                    default -> Filter.quoted(element.text());
                })
                .collect(Collectors.joining(",", "{", "}"));
    }
}
