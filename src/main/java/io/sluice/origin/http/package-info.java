/** An HTTP API as origin, streamed both ways. */
@org.jspecify.annotations.NullMarked
package io.sluice.origin.http;
