/** The Redis stores against a real Redis server. */
@org.jspecify.annotations.NullMarked
package io.sluice.redis;
