/** What the limits promise, held against the in-process store and kept as a kit for the others. */
@org.jspecify.annotations.NullMarked
package io.sluice.limit;
