/** A request's way: checked, matched, limited, answered from the cache or the origin. */
@org.jspecify.annotations.NullMarked
package io.sluice.gateway;
