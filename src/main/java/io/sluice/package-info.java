/** Sluice: rate limits and a stampede-proof cache in front of an HTTP API or a Postgres database. */
@org.jspecify.annotations.NullMarked
package io.sluice;
