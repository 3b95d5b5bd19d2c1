/** The packaged program, run as its users run it: real processes, real sockets, a real Redis and a real Postgres. */
@org.jspecify.annotations.NullMarked
package io.sluice.it;
