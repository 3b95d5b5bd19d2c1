/** Tokens: whose signature is believed, and what they then say of their bearer. */
@org.jspecify.annotations.NullMarked
package io.sluice.token;
