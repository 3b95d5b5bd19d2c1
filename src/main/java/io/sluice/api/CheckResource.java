package io.sluice.api;

import io.sluice.limit.Ask;
import io.sluice.limit.Verdict;
import io.sluice.route.Domains;
import io.sluice.route.Domains.Entry;
import io.smallrye.mutiny.Uni;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import jakarta.inject.Inject;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.Response;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Decisions for whoever has the token: descriptors and hits in, decision and headers out. */
@Path("/_sluice/check")
public class CheckResource {
    private static final int MOST_CHECKS = 1_000;
    private static final int MOST_BYTES = 1 << 20;

    @Inject
    Desk desk;

    /** Thrown within a reading, never out of here. */
    private static final class Mistake extends Exception {
        private static final long serialVersionUID = 1;

        Mistake(String found) {
            super(found);
        }
    }

    @POST
    public Uni<Response> check(@Context HttpServerRequest request, byte[] body) {
        Desk.Parts parts = desk.parts();
        String token = parts.table().get().questions().checkToken();
        if (token == null) {
            return Uni.createFrom().item(Replies.off());
        }
        if (!Desk.has(request, "Authorization", "Bearer ", token)) {
            return Uni.createFrom().item(Replies.noToken());
        }
        if (body.length > MOST_BYTES) {
            return Uni.createFrom().item(Replies.problem(413, "Content Too Large", "the body is larger than 1 MiB"));
        }
        try {
            JsonObject json = new JsonObject(new String(body, java.nio.charset.StandardCharsets.UTF_8));
            if (!json.containsKey("checks")) {
                return decide(parts, question(json, "", parts)).map(Replies::json);
            }
            return many(parts, json);
        } catch (Mistake mistake) {
            return Uni.createFrom().item(Replies.bad(String.valueOf(mistake.getMessage())));
        } catch (DecodeException | ClassCastException broken) {
            return Uni.createFrom().item(Replies.bad("the body is no JSON object"));
        }
    }

    /** All are read before the first is asked: a mistake spends nothing. */
    private static Uni<Response> many(Desk.Parts parts, JsonObject json) throws Mistake {
        JsonArray checks = array(json, "checks", "", MOST_CHECKS);
        List<Descriptors> questions = new ArrayList<>();
        for (int i = 0; i < checks.size(); i++) {
            String where = "checks[" + i + "].";
            if (!(checks.getValue(i) instanceof JsonObject check)) {
                throw new Mistake("'checks[" + i + "]' is no object");
            }
            questions.add(question(check, where, parts));
        }
        List<Uni<JsonObject>> results =
                questions.stream().map(question -> decide(parts, question)).toList();
        if (results.isEmpty()) {
            return Uni.createFrom().item(Replies.json(new JsonObject().put("results", new JsonArray())));
        }
        return Uni.join()
                .all(results)
                .andFailFast()
                .map(all -> Replies.json(new JsonObject().put("results", new JsonArray(all))));
    }

    private static Uni<JsonObject> decide(Desk.Parts parts, Descriptors question) {
        return parts.limiter().acquire(question.asks()).map(verdict -> {
            JsonObject headers = new JsonObject();
            parts.headers(verdict).forEach(field -> headers.put(field.getKey(), field.getValue()));
            JsonObject result = new JsonObject()
                    .put("allowed", verdict.outcome() == Verdict.Outcome.ALLOWED)
                    .put("headers", headers)
                    .put("statuses", Replies.statuses(verdict, parts.fields()));
            return verdict.outcome() == Verdict.Outcome.CLOSED ? result.put("unavailable", true) : result;
        });
    }

    private static Descriptors question(JsonObject json, String where, Desk.Parts parts) throws Mistake {
        Domains domains = parts.table().get().questions().domains();
        if (!(json.getValue("domain") instanceof String domain) || !domains.has(domain)) {
            throw new Mistake("'" + where + "domain': no such domain is configured");
        }
        long hits = hits(json.getValue("hits"), where);
        JsonArray descriptors = array(json, "descriptors", where, Descriptors.MOST);
        List<Descriptors.Wanted> wanted = new ArrayList<>();
        for (int i = 0; i < descriptors.size(); i++) {
            String at = "'" + where + "descriptors[" + i + "]'";
            if (!(descriptors.getValue(i) instanceof JsonObject descriptor)) {
                throw new Mistake(at + " is no object");
            }
            List<Entry> entries = new ArrayList<>();
            for (Map.Entry<String, Object> entry : descriptor) {
                if (!(entry.getValue() instanceof String value)) {
                    throw new Mistake(at + ": '" + entry.getKey() + "' is no text");
                }
                entries.add(new Entry(entry.getKey(), value));
            }
            if (domains.find(domain, entries) == null) {
                throw new Mistake(at + ": no rule of domain '" + domain + "' takes it");
            }
            wanted.add(new Descriptors.Wanted(entries, hits));
        }
        Descriptors question = Descriptors.of(domains, parts.asker(), domain, wanted);
        for (Ask ask : question.asks()) {
            if (ask.cost() > ask.limit().capacity()) {
                throw new Mistake("'" + where + "hits': " + hits + " is more than limit '"
                        + ask.limit().name() + "' ever lets pass, "
                        + ask.limit().capacity());
            }
        }
        return question;
    }

    private static long hits(@Nullable Object given, String where) throws Mistake {
        if (given == null) {
            return 1;
        }
        if ((given instanceof Integer || given instanceof Long) && ((Number) given).longValue() >= 0) {
            return ((Number) given).longValue();
        }
        throw new Mistake("'" + where + "hits' is no whole number from 0 on");
    }

    private static JsonArray array(JsonObject json, String field, String where, int most) throws Mistake {
        if (!(json.getValue(field) instanceof JsonArray array)) {
            throw new Mistake("'" + where + field + "' is no list");
        }
        if (array.size() > most) {
            throw new Mistake("'" + where + field + "' has more than " + most + " items");
        }
        return array;
    }
}
