package io.sluice.peer;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.cloud.gateway.filter.GatewayFilter;
import org.springframework.cloud.gateway.filter.OrderedGatewayFilter;
import org.springframework.cloud.gateway.filter.factory.RequestRateLimiterGatewayFilterFactory;
import org.springframework.cloud.gateway.filter.ratelimit.KeyResolver;
import org.springframework.cloud.gateway.filter.ratelimit.RedisRateLimiter;
import org.springframework.context.annotation.Bean;
import reactor.core.publisher.Mono;

/** Routes stand in {@code application.yaml}; this says who a client is, and that limits come before the cache. */
@SpringBootApplication
public class Gateway {
    public static void main(String[] args) {
        SpringApplication.run(Gateway.class, args);
    }

    @Bean
    KeyResolver client() {
        return exchange -> Mono.justOrEmpty(exchange.getRequest().getHeaders().getFirst("X-API-Key"))
                .defaultIfEmpty("any");
    }

    @Bean
    LimitFirstGatewayFilterFactory limitFirst(RedisRateLimiter limiter, KeyResolver client) {
        return new LimitFirstGatewayFilterFactory(limiter, client);
    }

    /** {@code RequestRateLimiter} ahead of {@code LocalResponseCache}, which otherwise answers hits before they are counted. */
    static final class LimitFirstGatewayFilterFactory extends RequestRateLimiterGatewayFilterFactory {
        /** The cache is at -4. */
        private static final int BEFORE_THE_CACHE = -5;

        LimitFirstGatewayFilterFactory(RedisRateLimiter limiter, KeyResolver client) {
            super(limiter, client);
        }

        @Override
        public GatewayFilter apply(Config config) {
            return new OrderedGatewayFilter(super.apply(config), BEFORE_THE_CACHE);
        }
    }
}
