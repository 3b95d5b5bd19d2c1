package io.sluice.credentials;

import org.jspecify.annotations.Nullable;

/** Is told what happens to the credential. From any thread. */
public interface CredentialObserver {
    /** @param trouble null: it was read */
    void read(@Nullable Trouble trouble);

    /** Another state than before. */
    void state(@Nullable Trouble trouble, String why);

    /** Another user or password than before; not the first. */
    void rotated();
}
