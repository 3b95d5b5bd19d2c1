/** The declared routes as an OpenAPI 3.1 document. */
@org.jspecify.annotations.NullMarked
package io.sluice.api.openapi;
