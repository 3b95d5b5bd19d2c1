package io.sluice.origin.postgres;

import org.jspecify.annotations.Nullable;

/**
 * How a route writes.
 *
 * @param matches what a client's {@code If-Match} is about: the read whose answer has the tag; null: none is known
 * @param status of an answer that wrote; 0: 200, or 204 without a body
 * @param idempotency whether a request must have an {@code Idempotency-Key}
 * @param maxBody bytes
 * @param lenient whether members of the body that no statement names are let pass
 */
public record Writing(@Nullable PostgresSpec matches, int status, boolean idempotency, int maxBody, boolean lenient) {
    Writing matching(@Nullable PostgresSpec read) {
        return new Writing(read, status, idempotency, maxBody, lenient);
    }
}
