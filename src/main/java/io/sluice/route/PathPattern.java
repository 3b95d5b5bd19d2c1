package io.sluice.route;

/** A path pattern: literal segments, {@code {name}} for one segment, {@code *} for one, a last {@code **} for any rest. */
public record PathPattern(String text) {}
