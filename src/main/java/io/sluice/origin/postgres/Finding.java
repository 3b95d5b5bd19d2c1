package io.sluice.origin.postgres;

/**
 * What the guards have to say of a statement's plan.
 *
 * @param mistake whether {@code strict} refuses it; else it only says what could not be judged
 * @param statement which of the route's, from 0
 * @param what in words for whoever wrote the SQL
 * @param advice what to do
 */
public record Finding(boolean mistake, int statement, String what, String advice) {
    @Override
    public String toString() {
        return what + "; " + advice;
    }
}
