package io.sluice.cache;

/**
 * The right to load and store one place, while it lasts.
 *
 * @param start the store's instant taken with the lease: what fences compare
 * @param token tells this holder from every other; empty where nobody else could hold it
 */
public record Lease(Place place, long start, String token) {}
