/** The cache: keys, entries, freshness, one load per key, and the near cache in front of a shared one. */
@org.jspecify.annotations.NullMarked
package io.sluice.cache;
