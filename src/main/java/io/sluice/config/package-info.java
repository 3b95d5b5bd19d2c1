/** Reads sluice.yaml, reports every mistake with its place, and compiles it to a route table. */
@org.jspecify.annotations.NullMarked
package io.sluice.config;
