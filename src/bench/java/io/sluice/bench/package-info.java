/** JMH benchmarks of the pure rooms: what a request costs before it touches a network. */
@org.jspecify.annotations.NullMarked
package io.sluice.bench;
