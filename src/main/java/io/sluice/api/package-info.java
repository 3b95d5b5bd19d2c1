/** The endpoints under {@code /_sluice/}: what a caller may still ask for, and decisions for other gateways. */
@org.jspecify.annotations.NullMarked
package io.sluice.api;
