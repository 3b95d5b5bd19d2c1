/** Who is calling: client sources, trusted proxies and address prefixes. */
@org.jspecify.annotations.NullMarked
package io.sluice.client;
