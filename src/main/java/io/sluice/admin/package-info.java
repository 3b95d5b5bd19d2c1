/** Envoy's rate limit service, over gRPC, and what is below {@code /admin/} on the management port. */
@org.jspecify.annotations.NullMarked
package io.sluice.admin;
