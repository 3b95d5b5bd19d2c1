/** Limits: what each promises, who keeps the counters, and the decision for one request. */
@org.jspecify.annotations.NullMarked
package io.sluice.limit;
