package io.sluice.token;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.sluice.client.Claims;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jose4j.jwa.AlgorithmConstraints;
import org.jose4j.jwk.JsonWebKey;
import org.jose4j.jws.AlgorithmIdentifiers;
import org.jose4j.jws.JsonWebSignature;
import org.jose4j.jwt.JwtClaims;
import org.jose4j.jwt.MalformedClaimException;
import org.jose4j.jwt.NumericDate;
import org.jose4j.jwt.consumer.ErrorCodes;
import org.jose4j.jwt.consumer.InvalidJwtException;
import org.jose4j.jwt.consumer.JwtConsumerBuilder;
import org.jose4j.keys.resolvers.JwksVerificationKeyResolver;
import org.jose4j.keys.resolvers.VerificationKeyResolver;
import org.jose4j.lang.JoseException;
import org.jspecify.annotations.Nullable;

/**
 * Verifies JSON Web Tokens (RFC 7519, RFC 8725): signed with a public key that is known here, by an algorithm for such keys, not
 * expired, by the issuer and for the audience that are wanted. A token without an expiry is not believed. What was found is remembered
 * until the token expires or the keys change, so that a signature is verified once. Safe for use by many threads.
 */
public final class TokenVerifier implements Claims {
    /** Characters; no honest token is longer, and each costs as much to hash. */
    private static final int LONGEST = 8_192;

    /** Characters of remembered tokens, whatever callers send; each counts for at least what remembering takes beside its text. */
    private static final int MOST_REMEMBERED = 10_000_000;

    private static final int LEAST_WEIGHT = 500;
    private static final Duration REMEMBERED = Duration.ofMinutes(5);

    /** Only for public keys: an HMAC with a public key as its secret is a forgery (RFC 8725 §2.1). */
    private static final AlgorithmConstraints ALGORITHMS = new AlgorithmConstraints(
            AlgorithmConstraints.ConstraintType.PERMIT,
            AlgorithmIdentifiers.RSA_USING_SHA256,
            AlgorithmIdentifiers.RSA_USING_SHA384,
            AlgorithmIdentifiers.RSA_USING_SHA512,
            AlgorithmIdentifiers.RSA_PSS_USING_SHA256,
            AlgorithmIdentifiers.RSA_PSS_USING_SHA384,
            AlgorithmIdentifiers.RSA_PSS_USING_SHA512,
            AlgorithmIdentifiers.ECDSA_USING_P256_CURVE_AND_SHA256,
            AlgorithmIdentifiers.ECDSA_USING_P384_CURVE_AND_SHA384,
            AlgorithmIdentifiers.ECDSA_USING_P521_CURVE_AND_SHA512,
            AlgorithmIdentifiers.EDDSA);

    private static final Found NOTHING = new Found(Map.of(), Long.MAX_VALUE);

    /** @param until seconds since 1970 */
    private record Found(Map<String, String> claims, long until) {}

    private final TokenSettings settings;
    private final InstantSource clock;
    private final Runnable unknownKey;
    private final Cache<String, Found> found;
    private volatile List<JsonWebKey> keys = List.of();

    /** @param unknownKey runs when a token names a key that is not among those known: the issuer may have a new one */
    public TokenVerifier(TokenSettings settings, InstantSource clock, Runnable unknownKey) {
        this.settings = settings;
        this.clock = clock;
        this.unknownKey = unknownKey;
        this.found = Caffeine.newBuilder()
                .maximumWeight(MOST_REMEMBERED)
                .weigher((String token, Found what) -> token.length() + LEAST_WEIGHT)
                .executor(Runnable::run)
                .expireAfterWrite(REMEMBERED)
                .build();
        if (!settings.keys().isEmpty()) {
            keys = PublicKeys.parse(settings.keys());
        }
    }

    /**
     * From now on these are the keys.
     *
     * @return whether they are others than before
     */
    public boolean use(List<JsonWebKey> published) {
        if (text(published).equals(text(keys))) {
            return false;
        }
        keys = List.copyOf(published);
        found.invalidateAll();
        return true;
    }

    /** Those in use. */
    public List<JsonWebKey> keys() {
        return keys;
    }

    private static List<String> text(List<JsonWebKey> keys) {
        return keys.stream().map(JsonWebKey::toJson).toList();
    }

    @Override
    public @Nullable String claim(String token, String name) {
        if (token.length() > LONGEST) {
            return null;
        }
        Found known = found.getIfPresent(token);
        if (known == null) {
            List<JsonWebKey> by = keys;
            known = verify(token, by);
            if (known == null) {
                return null;
            }
            found.put(token, known);
            if (keys != by) {
                // The keys changed meanwhile, and what was remembered may have been cleared before this was put.
                found.invalidate(token);
                return null;
            }
        }
        return clock.instant().getEpochSecond() < known.until ? known.claims.get(name) : null;
    }

    /** Null: the key is not known, or the token is not valid yet, which may change at any time. */
    private @Nullable Found verify(String token, List<JsonWebKey> now) {
        if (!knows(token, now)) {
            unknownKey.run();
            return null;
        }
        JwtConsumerBuilder consumer = new JwtConsumerBuilder()
                .setVerificationKeyResolver(resolver(now))
                .setJwsAlgorithmConstraints(ALGORITHMS)
                .setRequireExpirationTime()
                .setAllowedClockSkewInSeconds(settings.leeway())
                .setEvaluationTime(NumericDate.fromSeconds(clock.instant().getEpochSecond()))
                .setRelaxVerificationKeyValidation();
        if (settings.issuer() != null) {
            consumer.setExpectedIssuer(settings.issuer());
        }
        if (settings.audience() == null) {
            consumer.setSkipDefaultAudienceValidation();
        } else {
            consumer.setExpectedAudience(settings.audience());
        }
        try {
            JwtClaims claims = consumer.build().processToClaims(token);
            return new Found(text(claims), claims.getExpirationTime().getValue() + settings.leeway());
        } catch (InvalidJwtException no) {
            return no.hasErrorCode(ErrorCodes.NOT_YET_VALID) ? null : NOTHING;
        } catch (MalformedClaimException | ClassCastException no) {
            // jose4j casts what a header says before it looks: a kid that is no text
            return NOTHING;
        }
    }

    /** A token that names a key of ours, or no key, or is no token at all. */
    private static boolean knows(String token, List<JsonWebKey> keys) {
        String named = keyOf(token);
        return named == null || keys.stream().anyMatch(key -> key.getKeyId() == null || named.equals(key.getKeyId()));
    }

    private static @Nullable String keyOf(String token) {
        try {
            JsonWebSignature signature = new JsonWebSignature();
            signature.setCompactSerialization(token);
            return signature.getKeyIdHeaderValue();
        } catch (JoseException | ClassCastException no) {
            return null;
        }
    }

    private static VerificationKeyResolver resolver(List<JsonWebKey> keys) {
        List<JsonWebKey> unnamed =
                keys.stream().filter(key -> key.getKeyId() == null).toList();
        JwksVerificationKeyResolver resolver = new JwksVerificationKeyResolver(keys);
        resolver.setDisambiguateWithVerifySignature(true);
        if (unnamed.size() == keys.size() && keys.size() == 1) {
            return (signature, nesting) -> keys.get(0).getKey();
        }
        return resolver;
    }

    /** Text, numbers and booleans as text; what has parts is no claim here. */
    private static Map<String, String> text(JwtClaims claims) {
        Map<String, String> text = new HashMap<>();
        claims.getClaimsMap().forEach((name, value) -> {
            if (value instanceof String || value instanceof Boolean || value instanceof Number) {
                text.put(name, value.toString());
            }
        });
        return text;
    }
}
