package io.sluice.credentials;

/**
 * A credential that was read.
 *
 * @param until milliseconds of the epoch at which its lease ends; {@link Long#MAX_VALUE} where it has none
 */
public record Held(Credential credential, long until) {}
