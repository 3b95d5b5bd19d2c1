/** Metrics and health, written from the outcomes of the other rooms. */
@org.jspecify.annotations.NullMarked
package io.sluice.telemetry;
