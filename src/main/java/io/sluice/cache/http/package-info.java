/** What RFC 9111 lets a shared cache store of an HTTP response, and for how long. */
@org.jspecify.annotations.NullMarked
package io.sluice.cache.http;
