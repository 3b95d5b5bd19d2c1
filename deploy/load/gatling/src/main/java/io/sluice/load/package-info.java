/** Load tests of a fleet of packaged gateways, with Gatling; one simulation for each thing that happens to a gateway. */
@org.jspecify.annotations.NullMarked
package io.sluice.load;
