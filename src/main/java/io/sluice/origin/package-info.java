/** What is behind a route: the port through which a request reaches it. */
@org.jspecify.annotations.NullMarked
package io.sluice.origin;
