package io.sluice.cache;

/**
 * Where an answer is stored.
 *
 * @param key what was asked for: barriers on a key void all its variants
 * @param at the same, or the key of the variant that the request selects
 */
public record Place(CacheKey key, CacheKey at) {
    public static Place of(CacheKey key) {
        return new Place(key, key);
    }
}
