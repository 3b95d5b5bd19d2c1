package io.sluice.token;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jose4j.jwk.EcJwkGenerator;
import org.jose4j.jwk.JsonWebKey;
import org.jose4j.jwk.JsonWebKeySet;
import org.jose4j.jwk.RsaJsonWebKey;
import org.jose4j.jwk.RsaJwkGenerator;
import org.jose4j.jws.AlgorithmIdentifiers;
import org.jose4j.jws.JsonWebSignature;
import org.jose4j.jwt.JwtClaims;
import org.jose4j.jwt.NumericDate;
import org.jose4j.keys.EllipticCurves;
import org.jose4j.keys.HmacKey;
import org.jose4j.lang.JoseException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class TokenVerifierTest {
    private static final long NOW = 1_800_000_000;
    private static final RsaJsonWebKey KEY = rsa("k1");
    private static final RsaJsonWebKey OTHER = rsa("k2");

    private final AtomicReference<Instant> clock = new AtomicReference<>(Instant.ofEpochSecond(NOW));
    private final AtomicInteger unknown = new AtomicInteger();
    private final TokenVerifier verifier = verifier(KEY);

    private static RsaJsonWebKey rsa(String id) {
        try {
            RsaJsonWebKey key = RsaJwkGenerator.generateJwk(2048);
            key.setKeyId(id);
            return key;
        } catch (JoseException e) {
            throw new IllegalStateException(e);
        }
    }

    private TokenVerifier verifier(JsonWebKey... keys) {
        TokenSettings settings =
                new TokenSettings(null, new JsonWebKeySet(keys).toJson(), "https://issuer", "api", 30, "Authorization");
        return new TokenVerifier(
                settings, () -> java.util.Objects.requireNonNull(clock.get()), unknown::incrementAndGet);
    }

    private static JwtClaims claims() {
        JwtClaims claims = new JwtClaims();
        claims.setIssuer("https://issuer");
        claims.setAudience("api");
        claims.setSubject("alice");
        claims.setExpirationTime(NumericDate.fromSeconds(NOW + 300));
        claims.setClaim("plan", "gold");
        claims.setClaim("level", 7);
        claims.setClaim("staff", true);
        claims.setClaim("roles", List.of("a", "b"));
        return claims;
    }

    private static String signed(JwtClaims claims, RsaJsonWebKey key) {
        return signed(claims.toJson(), AlgorithmIdentifiers.RSA_USING_SHA256, key.getKeyId(), key.getPrivateKey());
    }

    private static String signed(String payload, String algorithm, String id, java.security.@Nullable Key key) {
        try {
            JsonWebSignature signature = new JsonWebSignature();
            signature.setPayload(payload);
            signature.setAlgorithmHeaderValue(algorithm);
            signature.setKeyIdHeaderValue(id);
            signature.setKey(key);
            signature.setDoKeyValidation(false);
            signature.setAlgorithmConstraints(org.jose4j.jwa.AlgorithmConstraints.NO_CONSTRAINTS);
            return signature.getCompactSerialization();
        } catch (JoseException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void a_verified_token_s_claims_are_read_as_text_and_what_has_parts_is_none() {
        String token = signed(claims(), KEY);
        assertEquals("alice", verifier.claim(token, "sub"));
        assertEquals("gold", verifier.claim(token, "plan"));
        assertEquals("7", verifier.claim(token, "level"));
        assertEquals("true", verifier.claim(token, "staff"));
        assertNull(verifier.claim(token, "roles"));
        assertNull(verifier.claim(token, "absent"));
    }

    @Test
    void a_token_is_believed_until_it_expires_also_when_it_was_verified_before() {
        String token = signed(claims(), KEY);
        assertEquals("alice", verifier.claim(token, "sub"));
        clock.set(Instant.ofEpochSecond(NOW + 329));
        assertEquals("alice", verifier.claim(token, "sub"));
        clock.set(Instant.ofEpochSecond(NOW + 330));
        assertNull(verifier.claim(token, "sub"));
        assertNull(verifier(KEY).claim(token, "sub"));
    }

    @Test
    void what_is_not_for_us_or_not_yet_is_not_believed() {
        JwtClaims issuer = claims();
        issuer.setIssuer("https://another");
        JwtClaims audience = claims();
        audience.setAudience("another");
        JwtClaims early = claims();
        early.setNotBefore(NumericDate.fromSeconds(NOW + 100));
        JwtClaims endless = claims();
        endless.unsetClaim("exp");
        for (JwtClaims claims : List.of(issuer, audience, early, endless)) {
            assertNull(verifier.claim(signed(claims, KEY), "sub"), claims.toJson());
        }
    }

    @Test
    void a_forged_signature_is_not_believed() {
        RsaJsonWebKey forged = rsa("k1");
        assertNull(verifier.claim(signed(claims(), forged), "sub"));
        String good = signed(claims(), KEY);
        String payload = Base64.getUrlEncoder()
                .withoutPadding()
                .encodeToString(claims().toJson().replace("alice", "mallo").getBytes(StandardCharsets.UTF_8));
        String[] parts = good.split("\\.", -1);
        assertNull(verifier.claim(parts[0] + '.' + payload + '.' + parts[2], "sub"));
    }

    @Test
    void no_signature_and_an_hmac_with_the_public_key_are_forgeries() {
        String unsigned = signed(claims().toJson(), AlgorithmIdentifiers.NONE, "k1", null);
        assertNull(verifier.claim(unsigned, "sub"));
        String confused = signed(
                claims().toJson(),
                AlgorithmIdentifiers.HMAC_SHA256,
                "k1",
                new HmacKey(KEY.getPublicKey().getEncoded()));
        assertNull(verifier.claim(confused, "sub"));
    }

    @Test
    void what_is_no_token_or_too_long_names_nobody() {
        for (String text :
                List.of("", "x", "a.b.c", "..", "x".repeat(10_000), signed(claims(), KEY) + "x".repeat(9_000))) {
            assertNull(verifier.claim(text, "sub"));
        }
    }

    @Test
    void a_header_of_other_types_names_nobody() {
        String rest = '.' + signed(claims(), KEY).split("\\.", -1)[1] + ".AAAA";
        for (String head :
                List.of("{\"alg\":\"RS256\",\"kid\":5}", "{\"alg\":\"RS256\",\"kid\":{}}", "{\"alg\":5}", "[]")) {
            String encoded =
                    Base64.getUrlEncoder().withoutPadding().encodeToString(head.getBytes(StandardCharsets.UTF_8));
            assertNull(verifier.claim(encoded + rest, "sub"), head);
            assertNull(verifier(KEY, OTHER).claim(encoded + rest, "sub"), head);
        }
    }

    @Test
    void a_token_that_came_too_early_is_believed_once_its_time_has_come() {
        JwtClaims early = claims();
        early.setNotBefore(NumericDate.fromSeconds(NOW + 40));
        String token = signed(early, KEY);
        assertNull(verifier.claim(token, "sub"));
        clock.set(Instant.ofEpochSecond(NOW + 60));
        assertEquals("alice", verifier.claim(token, "sub"));
    }

    @Test
    void what_a_key_verified_while_it_was_withdrawn_is_not_remembered() {
        AtomicReference<TokenVerifier> racing = new AtomicReference<>();
        AtomicInteger looks = new AtomicInteger();
        TokenVerifier verifier = new TokenVerifier(
                new TokenSettings(null, new JsonWebKeySet(KEY).toJson(), "https://issuer", "api", 30, "Authorization"),
                () -> {
                    // The time is asked for in the midst of a verification.
                    if (looks.getAndIncrement() == 0) {
                        java.util.Objects.requireNonNull(racing.get()).use(List.of(OTHER));
                    }
                    return Instant.ofEpochSecond(NOW);
                },
                unknown::incrementAndGet);
        racing.set(verifier);
        String token = signed(claims(), KEY);
        assertNull(verifier.claim(token, "sub"));
        assertNull(verifier.claim(token, "sub"));
    }

    @Test
    void an_unknown_key_is_told_and_may_be_known_later() {
        String token = signed(claims(), OTHER);
        assertNull(verifier.claim(token, "sub"));
        assertEquals(1, unknown.get());
        verifier.use(List.of(KEY, OTHER));
        assertEquals("alice", verifier.claim(token, "sub"));
        assertEquals("alice", verifier.claim(signed(claims(), KEY), "sub"));
    }

    @Test
    void a_key_that_is_published_no_more_verifies_nothing() {
        String token = signed(claims(), KEY);
        assertEquals("alice", verifier.claim(token, "sub"));
        verifier.use(List.of(OTHER));
        assertNull(verifier.claim(token, "sub"));
    }

    @Test
    void a_pem_is_enough() throws JoseException {
        String pem = "-----BEGIN PUBLIC KEY-----\n"
                + Base64.getMimeEncoder().encodeToString(KEY.getPublicKey().getEncoded())
                + "\n-----END PUBLIC KEY-----\n";
        TokenVerifier byPem = new TokenVerifier(
                new TokenSettings(null, pem, null, null, 0, "Authorization"),
                () -> Instant.ofEpochSecond(NOW),
                () -> {});
        assertEquals("alice", byPem.claim(signed(claims(), KEY), "sub"));
        assertNull(byPem.claim(signed(claims(), OTHER), "sub"));
        var ec = EcJwkGenerator.generateJwk(EllipticCurves.P256);
        String ecPem = "-----BEGIN PUBLIC KEY-----\n"
                + Base64.getMimeEncoder().encodeToString(ec.getPublicKey().getEncoded())
                + "\n-----END PUBLIC KEY-----\n";
        TokenVerifier byEc = new TokenVerifier(
                new TokenSettings(null, ecPem, null, null, 0, "Authorization"),
                () -> Instant.ofEpochSecond(NOW),
                () -> {});
        assertEquals(
                "alice",
                byEc.claim(
                        signed(
                                claims().toJson(),
                                AlgorithmIdentifiers.ECDSA_USING_P256_CURVE_AND_SHA256,
                                "any",
                                ec.getPrivateKey()),
                        "sub"));
    }

    @Test
    void keys_that_cannot_be_read_are_refused_with_what_is_wrong() {
        for (String text : List.of(
                "",
                "{}",
                "{\"keys\":[]}",
                "{\"keys\":{}}",
                "{\"keys\":[5]}",
                "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----")) {
            assertThrows(IllegalArgumentException.class, () -> PublicKeys.parse(text), text);
        }
    }
}
