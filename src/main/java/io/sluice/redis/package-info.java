/** Redis as the fleet's shared memory: connections, scripts, the two stores, the backplane. */
@org.jspecify.annotations.NullMarked
package io.sluice.redis;
