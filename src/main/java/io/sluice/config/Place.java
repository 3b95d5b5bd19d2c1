package io.sluice.config;

/**
 * Somewhere in a file.
 *
 * @param file as the user named it
 * @param line from 1; 0 for the file as a whole
 * @param column from 1, in characters
 */
public record Place(String file, int line, int column) {
    static Place of(String file) {
        return new Place(file, 0, 0);
    }

    @Override
    public String toString() {
        return line == 0 ? file : file + ":" + line + ":" + column;
    }
}
