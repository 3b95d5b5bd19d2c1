package io.sluice.load;

import java.nio.file.Path;

/**
 * What {@code deploy/load/run} was told, as system properties.
 *
 * @param jar the packaged {@code quarkus-run.jar}
 * @param config the {@code sluice.yaml} that the fleet serves
 * @param instances how many gateways share the Redis
 * @param seconds how long a simulation loads
 * @param factor of all rates
 * @param slowest ms that the 99th percentile may take; generous, because the machine is shared
 */
record Settings(Path jar, Path config, int instances, int seconds, double factor, int slowest) {
    static Settings given() {
        return new Settings(
                Path.of(System.getProperty("load.jar")).toAbsolutePath(),
                Path.of(System.getProperty("load.config")).toAbsolutePath(),
                Integer.getInteger("load.instances"),
                Integer.getInteger("load.seconds"),
                Double.parseDouble(System.getProperty("load.factor")),
                Integer.getInteger("load.slowest"));
    }

    /** @param perSecond at a factor of 1 */
    double rate(double perSecond) {
        return perSecond * factor;
    }
}
