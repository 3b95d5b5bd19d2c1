/** Puts the parts together. */
@org.jspecify.annotations.NullMarked
package io.sluice.boot;
