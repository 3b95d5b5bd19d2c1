package io.sluice.config;

import io.sluice.credentials.CredentialSettings;
import io.sluice.credentials.CredentialSettings.ApiKey;
import io.sluice.credentials.CredentialSettings.Conjur;
import io.sluice.credentials.CredentialSettings.CyberArk;
import io.sluice.credentials.CredentialSettings.Files;
import io.sluice.credentials.CredentialSettings.Place;
import io.sluice.credentials.CredentialSettings.Tls;
import io.sluice.credentials.CredentialSettings.Vault;
import java.net.URI;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads {@code credentials}: where the database's user and password are kept. Opens no file, and asks no network. */
final class CredentialsReader {
    private static final List<String> PROVIDERS = List.of("file", "vault", "cyberark", "conjur");
    private static final long MILLI = 1_000;
    private static final long SECOND = 1_000_000;
    private static final long DEFAULT_REFRESH = 30 * SECOND;
    /** A file costs nothing to read. */
    private static final long DEFAULT_FILE_REFRESH = SECOND;

    private static final long DEFAULT_TIMEOUT = 3 * SECOND;

    private CredentialsReader() {}

    /** Null where there is none, or where a mistake was reported. */
    static @Nullable CredentialSettings read(Fields database) {
        Fields fields = database.map("credentials", Keys.CREDENTIALS, "'credentials'");
        if (fields == null) {
            return null;
        }
        Long refresh = within(fields, "refresh", 100 * MILLI, 86_400 * SECOND);
        Long timeout = within(fields, "timeout", 10 * MILLI, 60 * SECOND);
        List<String> named = PROVIDERS.stream().filter(fields::has).toList();
        if (named.size() != 1) {
            fields.problem(
                    database.keyPlace("credentials"),
                    named.isEmpty()
                            ? "'credentials' names no provider"
                            : "'credentials' has both '" + named.get(0) + "' and '" + named.get(1) + "'",
                    "one of " + String.join(", ", PROVIDERS));
            return null;
        }
        Place place = switch (named.get(0)) {
            case "file" -> files(fields);
            case "vault" -> vault(fields);
            case "cyberark" -> cyberArk(fields);
            default -> conjur(fields);
        };
        return place == null
                ? null
                : new CredentialSettings(
                        place,
                        HttpReader.micros(refresh, place instanceof Files ? DEFAULT_FILE_REFRESH : DEFAULT_REFRESH),
                        HttpReader.micros(timeout, DEFAULT_TIMEOUT));
    }

    private static @Nullable Long within(Fields fields, String key, long least, long most) {
        Long value = fields.micros(key);
        if (value != null && (value < least || value > most)) {
            fields.problem(fields.place(key), fields.what(key) + " is out of range", fields.accepts(key));
        }
        return value;
    }

    private static @Nullable Place files(Fields credentials) {
        Fields fields = credentials.map("file", Keys.CREDENTIAL_FILES, "the file of 'credentials'");
        if (fields == null) {
            return null;
        }
        Path directory = path(fields, "directory");
        Path user = path(fields, "username");
        Path password = path(fields, "password");
        if (fields.has("directory") == fields.has("password")) {
            fields.problem(
                    credentials.keyPlace("file"),
                    "the file of 'credentials' has " + (fields.has("password") ? "both" : "neither") + " 'directory' "
                            + (fields.has("password") ? "and" : "nor") + " 'password'",
                    "one of them");
            return null;
        }
        if (fields.has("directory") && fields.has("username")) {
            fields.problem(
                    fields.keyPlace("username"),
                    fields.what("username") + " is only for a 'password' of its own",
                    null);
        }
        if (directory != null) {
            return new Files(directory.resolve("username"), directory.resolve("password"));
        }
        return password == null ? null : new Files(user, password);
    }

    private static @Nullable Place vault(Fields credentials) {
        Fields fields = credentials.map("vault", Keys.VAULT, "the vault of 'credentials'");
        if (fields == null) {
            return null;
        }
        fields.require("path");
        Text path = fields.text("path");
        String user = value(fields, "username-key");
        String password = value(fields, "password-key");
        if (path == null) {
            return null;
        }
        String bare = path.value().startsWith("/v1/") ? path.value().substring(4) : path.value();
        if (!bare.matches("[^/?#\\s]+(/[^/?#\\s]+)+")) {
            fields.bad("path", path);
            return null;
        }
        return new Vault(bare, user == null ? "username" : user, password == null ? "password" : password);
    }

    private static @Nullable Place cyberArk(Fields credentials) {
        Fields fields = credentials.map("cyberark", Keys.CYBERARK, "the cyberark of 'credentials'");
        if (fields == null) {
            return null;
        }
        List.of("url", "app-id", "safe", "object").forEach(fields::require);
        URI url = url(fields);
        String app = value(fields, "app-id");
        String safe = value(fields, "safe");
        String object = value(fields, "object");
        String folder = value(fields, "folder");
        if (fields.has("certificate") != fields.has("key")) {
            fields.problem(
                    credentials.keyPlace("cyberark"),
                    "the cyberark of 'credentials' has one of 'certificate' and 'key'",
                    "both, or none");
        }
        Tls tls = new Tls(path(fields, "certificate"), path(fields, "key"), path(fields, "trust"));
        return url == null || app == null || safe == null || object == null
                ? null
                : new CyberArk(url, app, safe, object, folder, tls);
    }

    private static @Nullable Place conjur(Fields credentials) {
        Fields fields = credentials.map("conjur", Keys.CONJUR, "the conjur of 'credentials'");
        if (fields == null) {
            return null;
        }
        List.of("url", "account", "login", "password").forEach(fields::require);
        URI url = url(fields);
        String account = value(fields, "account");
        String login = value(fields, "login");
        ApiKey key = key(credentials, fields);
        String user = value(fields, "username");
        String password = value(fields, "password");
        Tls tls = new Tls(null, null, path(fields, "trust"));
        return url == null || account == null || login == null || password == null || key == null
                ? null
                : new Conjur(url, account, login, key, user, password, tls);
    }

    /** A secret that stands in the file itself is in every copy of it. */
    private static @Nullable ApiKey key(Fields credentials, Fields fields) {
        if (fields.has("api-key") == fields.has("api-key-file")) {
            fields.problem(
                    credentials.keyPlace("conjur"),
                    "the conjur of 'credentials' has " + (fields.has("api-key") ? "both" : "neither") + " 'api-key' "
                            + (fields.has("api-key") ? "and" : "nor") + " 'api-key-file'",
                    "one of them");
            return null;
        }
        Text given = fields.text("api-key");
        if (given != null && !given.expanded()) {
            fields.problem(
                    given.place(), fields.what("api-key") + " stands in the file itself", fields.accepts("api-key"));
            return null;
        }
        Path file = path(fields, "api-key-file");
        return given == null && file == null ? null : new ApiKey(given == null ? null : given.value(), file);
    }

    private static @Nullable URI url(Fields fields) {
        Text text = fields.text("url");
        if (text == null) {
            return null;
        }
        try {
            URI url = URI.create(text.value());
            boolean http = "http".equals(url.getScheme()) || "https".equals(url.getScheme());
            if (http && url.getHost() != null && url.getUserInfo() == null && url.getQuery() == null) {
                return url;
            }
        } catch (IllegalArgumentException no) {
            // reported below
        }
        fields.bad("url", text);
        return null;
    }

    private static @Nullable String value(Fields fields, String key) {
        Text text = fields.text(key);
        if (text != null && text.value().isBlank()) {
            fields.bad(key, text);
            return null;
        }
        return text == null ? null : text.value();
    }

    private static @Nullable Path path(Fields fields, String key) {
        String value = value(fields, key);
        try {
            return value == null ? null : Path.of(value);
        } catch (InvalidPathException no) {
            fields.problem(fields.place(key), fields.what(key) + " is no path", fields.accepts(key));
            return null;
        }
    }
}
