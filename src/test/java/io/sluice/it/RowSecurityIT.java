package io.sluice.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jose4j.jwk.RsaJsonWebKey;
import org.jose4j.jwk.RsaJwkGenerator;
import org.jose4j.jws.AlgorithmIdentifiers;
import org.jose4j.jws.JsonWebSignature;
import org.jose4j.jwt.JwtClaims;
import org.jose4j.lang.JoseException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Row-level security of a real Postgres, with each caller's role and claims. */
class RowSecurityIT {
    private static final RsaJsonWebKey KEY = key();
    private static SluiceProcess sluice;

    @BeforeAll
    static void start(@TempDir Path folder) throws IOException {
        Postgres.execute("CREATE ROLE reader NOLOGIN; CREATE ROLE editor NOLOGIN; CREATE ROLE nobody NOLOGIN;"
                + "CREATE TABLE note (id int PRIMARY KEY, tenant text NOT NULL, text text NOT NULL);"
                + "ALTER TABLE note ENABLE ROW LEVEL SECURITY;"
                + "CREATE POLICY own ON note USING (tenant = current_setting('request.jwt.claims', true)::json ->> 'tenant');"
                + "GRANT SELECT ON note TO reader; GRANT SELECT, UPDATE, INSERT ON note TO editor;"
                + "INSERT INTO note VALUES (1, 'red', 'of red'), (2, 'blue', 'of blue');");
        Path keys = folder.resolve("keys.json");
        Files.writeString(keys, "{\"keys\":[" + KEY.toJson() + "]}");
        String yaml = """
                clients: [jwt:sub, address]
                jwt: { pem: "%s" }
                routes:
                  notes:
                    path: /notes
                    cache: { ttl: 10m }
                    role: [jwt:role, reader]
                    claims: [tenant]
                    postgres: { sql: SELECT id FROM note ORDER BY id, returns: rows }
                  strict:
                    path: /strict
                    postgres: { sql: "SELECT id, current_user AS who FROM note ORDER BY id", returns: rows, role: "jwt:role", claims: [tenant] }
                  write:
                    path: /notes/{id}
                    methods: [PUT]
                    postgres:
                      sql: UPDATE note SET text = :body.text, tenant = :body.tenant WHERE id = :id RETURNING id, text
                      returns: row
                      role: jwt:role
                      claims: [tenant]
                  own:
                    path: /own/{id}
                    cache: { ttl: 10m }
                    postgres: { sql: "SELECT id, text FROM note WHERE id = :id", returns: row, role: reader, claims: [tenant] }
                  write-own:
                    path: /own/{id}
                    methods: [PUT]
                    postgres: { sql: "UPDATE note SET text = :body.text WHERE id = :id", returns: none, role: editor, claims: [tenant] }
                  tenant:
                    path: /tenant
                    postgres: { sql: "SELECT current_setting('request.jwt.claims', true)::json ->> 'tenant'", returns: value }
                  self:
                    path: /self
                    postgres: { sql: "SELECT current_user, current_setting('request.jwt.claims', true) AS claims", returns: row }
                """.formatted(keys);
        sluice = SluiceProcess.setup(yaml)
                .postgres(Postgres.url())
                .with("QUARKUS_DATASOURCE_REACTIVE_MAX_SIZE", "2")
                .start();
    }

    @AfterAll
    static void stop() {
        sluice.close();
    }

    private static RsaJsonWebKey key() {
        try {
            RsaJsonWebKey key = RsaJwkGenerator.generateJwk(2048);
            key.setKeyId("k");
            return key;
        } catch (JoseException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String token(String role, String tenant) {
        try {
            JwtClaims claims = new JwtClaims();
            claims.setSubject("someone");
            claims.setClaim("role", role);
            claims.setClaim("tenant", tenant);
            claims.setExpirationTimeMinutesInTheFuture(10);
            JsonWebSignature signed = new JsonWebSignature();
            signed.setPayload(claims.toJson());
            signed.setKey(KEY.getPrivateKey());
            signed.setKeyIdHeaderValue("k");
            signed.setAlgorithmHeaderValue(AlgorithmIdentifiers.RSA_USING_SHA256);
            return "Bearer " + signed.getCompactSerialization();
        } catch (JoseException e) {
            throw new IllegalStateException(e);
        }
    }

    private static HttpResponse<String> get(String path, String role, String tenant) {
        return sluice.get(path, "Authorization", token(role, tenant));
    }

    private static boolean hit(HttpResponse<String> reply) {
        return reply.headers().firstValue("cache-status").orElse("").contains("; hit");
    }

    @Test
    void each_tenant_sees_its_own_rows_also_from_the_cache() {
        assertEquals("[{\"id\":1}]", get("/notes", "reader", "red").body());
        assertEquals("[{\"id\":2}]", get("/notes", "reader", "blue").body());
        assertEquals("[{\"id\":1}]", get("/notes", "reader", "red").body());
        assertTrue(hit(get("/notes", "reader", "red")));
        assertTrue(hit(get("/notes", "reader", "blue")));
        assertFalse(hit(get("/notes", "editor", "red")), "another role is another answer");
        // Nobody: the last role, and no claims.
        assertEquals("[]", sluice.get("/notes").body());
    }

    @Test
    void claims_cannot_be_forged_by_their_text() {
        assertEquals("[]", get("/notes", "reader", "red\",\"tenant\":\"blue").body());
        assertEquals("[]", get("/notes", "reader", "red' OR 'a'='a").body());
        assertEquals(
                403,
                get("/strict", "reader'; RESET ROLE; --", "red").statusCode(),
                () -> get("/strict", "reader'; RESET ROLE; --", "red").body());
    }

    @Test
    void a_role_that_is_not_there_or_may_not_is_refused_and_leaves_nothing_behind() {
        for (int i = 0; i < 4; i++) {
            assertEquals(401, sluice.get("/strict").statusCode());
            assertEquals(403, get("/strict", "nobody", "red").statusCode());
            assertEquals(403, get("/strict", "no_such_role", "red").statusCode());
            assertEquals(403, get("/strict", "none", "red").statusCode());
            assertEquals(
                    "[{\"id\":1,\"who\":\"reader\"}]",
                    get("/strict", "reader", "red").body());
            assertTrue(sluice.get("/self").body().startsWith("{\"current_user\":\"postgres\",\"claims\":"));
            assertFalse(
                    sluice.get("/self").body().contains("red"),
                    sluice.get("/self").body());
        }
    }

    @Test
    void who_writes_reads_it_although_each_caller_has_an_answer_of_its_own() {
        String[] red = {"Content-Type", "application/json", "Authorization", token("x", "red")};
        sluice.get("/own/1", red);
        assertTrue(hit(sluice.get("/own/1", red)));
        assertEquals(
                204, sluice.send("PUT", "/own/1", "{\"text\":\"mine\"}", red).statusCode());
        assertEquals("{\"id\":1,\"text\":\"mine\"}", sluice.get("/own/1", red).body());
    }

    @Test
    void claims_leave_nothing_behind_that_is_no_json() {
        get("/strict", "reader", "red");
        assertEquals("null", sluice.get("/tenant").body());
    }

    @Test
    void what_a_role_may_not_write_is_403() {
        String body = "{\"text\":\"new\",\"tenant\":\"red\"}";
        String[] editor = {"Content-Type", "application/json", "Authorization", token("editor", "red")};
        String[] reader = {"Content-Type", "application/json", "Authorization", token("reader", "red")};
        assertEquals(
                "{\"id\":1,\"text\":\"new\"}",
                sluice.send("PUT", "/notes/1", body, editor).body());
        assertEquals(404, sluice.send("PUT", "/notes/2", body, editor).statusCode());
        assertEquals(403, sluice.send("PUT", "/notes/1", body, reader).statusCode());
        HttpResponse<String> away = sluice.send("PUT", "/notes/1", body.replace("red", "blue"), editor);
        assertEquals(403, away.statusCode(), away::body);
        assertEquals(1, Postgres.number("SELECT count(*) FROM note WHERE id = 1 AND tenant = 'red'"));
    }
}
