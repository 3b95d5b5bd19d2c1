package io.sluice.token;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.cert.CertificateFactory;
import java.security.spec.X509EncodedKeySpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import org.jose4j.jwk.JsonWebKey;
import org.jose4j.jwk.JsonWebKeySet;
import org.jose4j.jwk.PublicJsonWebKey;
import org.jose4j.lang.JoseException;

/** Reads the keys that signatures are verified with. */
public final class PublicKeys {
    private static final List<String> ALGORITHMS = List.of("RSA", "EC", "EdDSA");
    private static final String BEGIN = "-----BEGIN ";

    private PublicKeys() {}

    /**
     * The public keys of a JWK set (RFC 7517) or of a PEM with public keys or certificates (RFC 7468). Symmetric keys are left out.
     *
     * @throws IllegalArgumentException with what is wrong, for whoever wrote the file
     */
    public static List<JsonWebKey> parse(String text) {
        List<JsonWebKey> keys = text.contains(BEGIN) ? pem(text) : jwks(text);
        if (keys.isEmpty()) {
            throw new IllegalArgumentException("it has no public key");
        }
        return keys;
    }

    private static List<JsonWebKey> jwks(String text) {
        try {
            List<JsonWebKey> keys = new ArrayList<>();
            for (JsonWebKey key : new JsonWebKeySet(text).getJsonWebKeys()) {
                if (key instanceof PublicJsonWebKey) {
                    keys.add(key);
                }
            }
            return keys;
        } catch (JoseException | ClassCastException e) {
            throw new IllegalArgumentException("it is neither a PEM nor a JWK set", e);
        }
    }

    private static List<JsonWebKey> pem(String text) {
        List<JsonWebKey> keys = new ArrayList<>();
        for (String block : text.split(BEGIN, -1)) {
            int label = block.indexOf("-----");
            int end = block.indexOf("-----END", label + 5);
            if (label < 0 || end < 0) {
                continue;
            }
            try {
                byte[] der = Base64.getMimeDecoder().decode(block.substring(label + 5, end));
                PublicKey key = switch (block.substring(0, label)) {
                    case "PUBLIC KEY" -> publicKey(der);
                    case "CERTIFICATE" ->
                        CertificateFactory.getInstance("X.509")
                                .generateCertificate(
                                        new ByteArrayInputStream((BEGIN + block).getBytes(StandardCharsets.US_ASCII)))
                                .getPublicKey();
                    default ->
                        throw new IllegalArgumentException("it has a " + block.substring(0, label)
                                + " where a PUBLIC KEY or a CERTIFICATE is wanted");
                };
                keys.add(PublicJsonWebKey.Factory.newPublicJwk(key));
            } catch (GeneralSecurityException | JoseException e) {
                throw new IllegalArgumentException("it has a key that cannot be read", e);
            }
        }
        return keys;
    }

    private static PublicKey publicKey(byte[] der) throws GeneralSecurityException {
        for (String algorithm : ALGORITHMS) {
            try {
                return KeyFactory.getInstance(algorithm).generatePublic(new X509EncodedKeySpec(der));
            } catch (GeneralSecurityException another) {
                continue;
            }
        }
        throw new GeneralSecurityException("none of " + ALGORITHMS);
    }
}
