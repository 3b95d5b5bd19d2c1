package io.sluice.credentials;

/** Runs something later. */
public interface Alarm {
    /** @return cancels it */
    Runnable after(long millis, Runnable task);
}
