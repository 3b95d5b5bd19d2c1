package io.sluice.limit;

/** How many units one request takes. */
public sealed interface Cost {
    Cost ONE = new Fixed(1);

    /** What a request is expected to take, before anything of it is known; at least 1. */
    long declared();

    /** @param units at least 1 */
    record Fixed(long units) implements Cost {
        @Override
        public long declared() {
            return units;
        }
    }

    /**
     * What a header of the request says; 1 where there is none. What is no whole number from 0 on, or more than the
     * capacity, is denied and drains nothing.
     *
     * @param name of the header
     */
    record RequestHeader(String name) implements Cost {
        @Override
        public long declared() {
            return 1;
        }
    }

    /**
     * What a header of the response says: the reserve is taken first and settled, up or down, when the response ends.
     * A header that is missing or no whole number from 0 on leaves the reserve as the cost.
     *
     * @param name of the header
     * @param reserve units, at least 1
     */
    record ResponseHeader(String name, long reserve) implements Cost {
        @Override
        public long declared() {
            return reserve;
        }
    }
}
