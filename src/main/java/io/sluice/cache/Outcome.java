package io.sluice.cache;

/** How a load ended that others in the fleet wait for. */
public sealed interface Outcome {
    /** Look again: it is stored, or the next one is to load. */
    record Ended() implements Outcome {}

    /** It could not be shared: everyone on its own. */
    record Unshared() implements Outcome {}

    /** It failed; the bytes are those of {@link Failures}. */
    record Failed(byte[] answer) implements Outcome {}
}
