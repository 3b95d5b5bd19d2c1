/** The demo: an embedded Postgres and Redis, sample data and a sample API; also what the tests run against. */
@org.jspecify.annotations.NullMarked
package io.sluice.demo;
