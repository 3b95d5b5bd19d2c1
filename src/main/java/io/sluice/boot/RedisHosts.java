package io.sluice.boot;

import java.util.regex.Pattern;
import org.eclipse.microprofile.config.ConfigProvider;

/** Where Redis is said to be. */
final class RedisHosts {
    private static final Pattern HOST = Pattern.compile("(redis|rediss|unix)://\\S+");

    private RedisHosts() {}

    /** A wrong address would end the start with a null pointer from the client's depths. */
    static void check() {
        ConfigProvider.getConfig()
                .getOptionalValue("quarkus.redis.hosts", String.class)
                .ifPresent(hosts -> {
                    for (String host : hosts.split(",", -1)) {
                        if (!HOST.matcher(host.strip()).matches()) {
                            throw new StartFailure(
                                    "sluice: quarkus.redis.hosts (QUARKUS_REDIS_HOSTS) is '" + host.strip()
                                            + "'; accepted: redis://host:port or rediss://host:port, with /database, user and password");
                        }
                    }
                });
    }
}
