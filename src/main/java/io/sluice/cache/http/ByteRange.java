package io.sluice.cache.http;

/** What a request for a part of a whole representation comes to (RFC 9110 §14.2). Lengths and positions are in bytes. */
public sealed interface ByteRange {
    /** All of it, as if no part had been asked for: 200. */
    ByteRange WHOLE = new Whole();

    /** See {@link #WHOLE}. */
    record Whole() implements ByteRange {}

    /**
     * One part: 206.
     *
     * @param first position of its first byte, from 0
     * @param last position of its last byte
     * @param of the length of the whole
     */
    record Part(int first, int last, int of) implements ByteRange {
        public int length() {
            return last - first + 1;
        }

        /** RFC 9110 §14.4. */
        public String contentRange() {
            return "bytes " + first + '-' + last + '/' + of;
        }
    }

    /**
     * Nothing of it is there: 416.
     *
     * @param of the length of the whole
     */
    record Unsatisfiable(int of) implements ByteRange {
        /** RFC 9110 §14.4. */
        public String contentRange() {
            return "bytes */" + of;
        }
    }
}
