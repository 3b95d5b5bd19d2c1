/** Whom the database's connections log in as, read from where it is kept and read anew as it rotates. */
@org.jspecify.annotations.NullMarked
package io.sluice.credentials;
