package io.sluice.limit;

/**
 * One limit asked for one request.
 *
 * @param key the counter: {@link LimitKey} of the limit and the request's subject
 * @param cost units wanted; 0 peeks
 */
public record Ask(Limit limit, String key, long cost) {}
