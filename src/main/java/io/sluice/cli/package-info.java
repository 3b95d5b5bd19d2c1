/** The command line: serve, check. */
@org.jspecify.annotations.NullMarked
package io.sluice.cli;
