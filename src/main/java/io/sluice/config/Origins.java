package io.sluice.config;

import io.sluice.origin.Origin;
import io.sluice.origin.http.HttpSpec;
import io.sluice.origin.postgres.PostgresSpec;

/** Makes what is behind the routes. */
public interface Origins {
    Origin http(HttpSpec spec);

    Origin postgres(PostgresSpec spec);
}
