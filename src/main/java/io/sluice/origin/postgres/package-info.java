/** A Postgres database as origin: declared SQL, rendered as JSON by Postgres. */
@org.jspecify.annotations.NullMarked
package io.sluice.origin.postgres;
