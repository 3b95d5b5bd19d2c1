package io.sluice.client;

/**
 * Who is calling.
 *
 * @param client the client's name, with its source, so that no two sources can name the same one: {@code header:X-API-Key=k1}
 * @param address the caller's address as far as trusted proxies vouch for it, in canonical text form
 * @param peerTrusted whether the connection's other end is a trusted proxy
 * @param standing whether limits are asked for it at all
 */
public record Caller(String client, String address, boolean peerTrusted, Standing standing) {}
