package io.sluice.demo;

import java.nio.file.Path;

/** What the demo prints when it is ready. */
final class Guide {
    private Guide() {}

    static String text(Listening ports, Path config) {
        String data = "http://localhost:" + ports.data();
        String management = "http://localhost:" + ports.management();
        return """

                Sluice is ready. Try, in another terminal:

                  A row out of Postgres: a miss, and the second time a hit (see Cache-Status and Age)
                    curl -i DATA/products/42

                  An HTTP API that takes 800 ms, and the second time does not
                    curl -i DATA/api/reports/today

                  Ten requests a minute are allowed there, so twelve in a row end with 429
                    for i in $(seq 12); do curl -s -o /dev/null -w '%{http_code} ' DATA/api/reports/today; done; echo

                  Why it was 429
                    curl -i DATA/api/reports/today

                Metrics: MANAGEMENT/q/metrics   Health: MANAGEMENT/q/health
                Configuration, watched for changes: CONFIG
                Ctrl-C ends all of it and leaves nothing behind.
                """.replace("DATA", data).replace("MANAGEMENT", management).replace("CONFIG", config.toString());
    }
}
