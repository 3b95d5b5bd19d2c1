/** The command line: serve, check, health. */
@org.jspecify.annotations.NullMarked
package io.sluice.cli;
