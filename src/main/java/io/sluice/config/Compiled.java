package io.sluice.config;

import io.sluice.route.RouteTable;

/** A configuration ready to serve. */
public record Compiled(Config config, RouteTable table) {}
