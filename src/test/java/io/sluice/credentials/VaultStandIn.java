package io.sluice.credentials;

import com.sun.net.httpserver.HttpExchange;
import io.vertx.core.json.JsonObject;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntFunction;

/** Vault with a token that may read a secret of both versions of the key-value engine and the database engine's credentials. */
public final class VaultStandIn extends StandIn {
    public static final String TOKEN = "hvs.stand-in";
    public static final String ROLE_ID = "role-1";
    public static final String SECRET_ID = "secret-1";

    private final AtomicInteger leases = new AtomicInteger();
    private final AtomicInteger renewals = new AtomicInteger();
    private volatile String user = "app";
    private volatile String password = "first";
    private volatile int leaseSeconds = 3600;
    private volatile int renewedSeconds = 3600;
    private volatile IntFunction<Login> maker = nth -> new Login("v-app-" + nth, "p-" + nth);

    /** What the database engine makes for one lease. */
    public record Login(String user, String password) {}

    public void holds(String user, String password) {
        this.user = user;
        this.password = password;
    }

    public void leases(int seconds, int renewedTo) {
        leaseSeconds = seconds;
        renewedSeconds = renewedTo;
    }

    public void makes(IntFunction<Login> made) {
        maker = made;
    }

    public int leases() {
        return leases.get();
    }

    public int renewals() {
        return renewals.get();
    }

    @Override
    protected Answer answer(String method, String target, HttpExchange exchange, String body) {
        if (target.equals("/v1/auth/approle/login")) {
            JsonObject given = new JsonObject(body);
            expect(method.equals("POST") && given.size() == 2, "not a login");
            return ROLE_ID.equals(given.getString("role_id")) && SECRET_ID.equals(given.getString("secret_id"))
                    ? new Answer(
                            200,
                            "{\"request_id\":\"r\",\"auth\":{\"client_token\":\"" + TOKEN
                                    + "\",\"accessor\":\"a\",\"policies\":[\"sluice\"],\"lease_duration\":3600,"
                                    + "\"renewable\":true}}")
                    : new Answer(400, "{\"errors\":[\"invalid role or secret ID\"]}");
        }
        if (!TOKEN.equals(exchange.getRequestHeaders().getFirst("X-Vault-Token"))) {
            return new Answer(403, "{\"errors\":[\"permission denied\"]}");
        }
        if (target.equals("/v1/sys/leases/renew")) {
            JsonObject asked = new JsonObject(body);
            expect(method.equals("POST") || method.equals("PUT"), "not a POST");
            String lease = "database/creds/app/" + leases.get();
            if (!lease.equals(asked.getString("lease_id"))) {
                return new Answer(400, "{\"errors\":[\"lease not found\"]}");
            }
            renewals.incrementAndGet();
            return new Answer(
                    200,
                    "{\"request_id\":\"r\",\"lease_id\":\"" + lease + "\",\"renewable\":true,\"lease_duration\":"
                            + renewedSeconds + "}");
        }
        expect(method.equals("GET") && body.isEmpty(), "not a bare GET");
        return switch (target) {
            case "/v1/kv/sluice" ->
                new Answer(
                        200,
                        "{\"request_id\":\"r\",\"lease_id\":\"\",\"renewable\":false,\"lease_duration\":2764800,\"data\":{"
                                + "\"username\":\"" + user + "\",\"password\":\"" + password + "\"}}");
            case "/v1/secret/data/sluice" ->
                new Answer(
                        200,
                        "{\"request_id\":\"r\",\"lease_id\":\"\",\"renewable\":false,\"lease_duration\":0,\"data\":{\"data\":{"
                                + "\"username\":\"" + user + "\",\"password\":\"" + password
                                + "\"},\"metadata\":{\"version\":3}}}");
            case "/v1/database/creds/app" -> {
                int nth = leases.incrementAndGet();
                Login made = maker.apply(nth);
                yield new Answer(
                        200,
                        "{\"request_id\":\"r\",\"lease_id\":\"database/creds/app/" + nth
                                + "\",\"renewable\":true,\"lease_duration\":" + leaseSeconds
                                + ",\"data\":{\"username\":\""
                                + made.user + "\",\"password\":\"" + made.password + "\"}}");
            }
            default -> {
                expect(target.startsWith("/v1/"), "another path");
                yield new Answer(404, "{\"errors\":[]}");
            }
        };
    }
}
