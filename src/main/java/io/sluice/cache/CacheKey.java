package io.sluice.cache;

/**
 * What a stored answer is found by. Carries the route, so that two routes never share entries.
 *
 * @param route the route's name
 * @param text everything else the answer depends on, unambiguously joined
 */
public record CacheKey(String route, String text) {}
