/** Tests of what is in {@code deploy/}. */
@org.jspecify.annotations.NullMarked
package io.sluice.deploy;
