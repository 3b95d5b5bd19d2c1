package io.sluice.config;

/** Reads {@code postgres} at the top of the file: what holds for the database of all Postgres routes. */
final class DatabaseReader {
    private DatabaseReader() {}

    static DatabaseConfig read(Fields file) {
        Fields fields = file.map("postgres", Keys.DATABASE, "'postgres'");
        return fields == null ? DatabaseConfig.NONE : new DatabaseConfig(CredentialsReader.read(fields));
    }
}
