package io.sluice.credentials;

import com.sun.net.httpserver.HttpExchange;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.concurrent.atomic.AtomicInteger;

/** Conjur with one host, whose variables are a user and a password; its tokens end when told to. */
public final class ConjurStandIn extends StandIn {
    public static final String KEY = "1k3y-of-the-host";

    private final AtomicInteger tokens = new AtomicInteger();
    private volatile String token = "";
    private volatile String user = "app";
    private volatile String password = "first";

    public void holds(String user, String password) {
        this.user = user;
        this.password = password;
    }

    public void endTokens() {
        token = "";
    }

    /** How many were given. */
    public int tokens() {
        return tokens.get();
    }

    @Override
    protected Answer answer(String method, String target, HttpExchange exchange, String body) {
        if (target.equals("/authn/acme/host%2Fsluice/authenticate")) {
            expect(method.equals("POST"), "not a POST");
            expectHeader(exchange, "Accept-Encoding", "base64");
            if (!body.equals(KEY)) {
                return new Answer(401, "");
            }
            String json =
                    "{\"protected\":\"e30=\",\"payload\":\"" + tokens.incrementAndGet() + "\",\"signature\":\"s\"}";
            token = Base64.getEncoder().encodeToString(json.getBytes(StandardCharsets.UTF_8));
            return new Answer(200, token);
        }
        expect(method.equals("GET") && body.isEmpty(), "not a bare GET");
        String given = exchange.getRequestHeaders().getFirst("Authorization");
        expect(given != null && given.matches("Token token=\"[A-Za-z0-9+/=]+\""), "no token");
        if (token.isEmpty() || !given.equals("Token token=\"" + token + "\"")) {
            return new Answer(401, "");
        }
        return switch (target) {
            case "/secrets/acme/variable/prod%2Fdb%2Fuser" -> new Answer(200, user);
            case "/secrets/acme/variable/prod%2Fdb%2Fpassword" -> new Answer(200, password);
            default -> {
                expect(target.startsWith("/secrets/acme/variable/"), "another path");
                yield new Answer(404, "{\"error\":{\"code\":\"not_found\"}}");
            }
        };
    }
}
