/** Routes: path patterns, the normalised path they are matched on, and the table that is swapped whole. */
@org.jspecify.annotations.NullMarked
package io.sluice.route;
