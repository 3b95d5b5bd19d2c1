package io.sluice.credentials;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.Map;

/** An account of CyberArk's Central Credential Provider, by its REST interface {@code GET /AIMWebService/api/Accounts}. */
final class CyberArkSource implements Source {
    private static final String WHO = "CyberArk's credential provider";

    private final Calls calls;
    private final String path;

    CyberArkSource(Vertx vertx, CredentialSettings.CyberArk account, Duration timeout) {
        calls = new Calls(vertx, account.url(), account.tls(), timeout, WHO);
        path = "/AIMWebService/api/Accounts?AppID=" + Calls.encode(account.appId())
                + "&Safe=" + Calls.encode(account.safe())
                + (account.folder() == null ? "" : "&Folder=" + Calls.encode(account.folder()))
                + "&Object=" + Calls.encode(account.object());
    }

    @Override
    public String name() {
        return "cyberark";
    }

    @Override
    public Future<Fetched> fetch(boolean anew) {
        return calls.send(HttpMethod.GET, path, Map.of("Accept", "application/json"), null)
                .map(CyberArkSource::understood)
                .otherwise(Calls::failed);
    }

    private static Fetched understood(Calls.Reply reply) {
        JsonObject json = reply.json();
        if (reply.status() == 200 && json != null && json.getValue("Content") instanceof String password) {
            String user = json.getValue("UserName") instanceof String name && !name.isEmpty() ? name : null;
            return password.isEmpty()
                    ? new Fetched.Failed(Trouble.UNREADABLE, WHO + " gives an empty password")
                    : new Fetched.Got(new Credential(user, password), 0);
        }
        // Its words may repeat the query; its code is enough to look up.
        String code =
                json != null && json.getValue("ErrorCode") instanceof String text && text.matches("[A-Z0-9]{1,16}")
                        ? text
                        : "status " + reply.status();
        if (code.equals("APPAP004E")) {
            return new Fetched.Failed(
                    Trouble.UNREADABLE,
                    WHO + " answers APPAP004E: there is no such object, or the application may not see its safe");
        }
        if (code.equals("APPAP282E")) {
            return new Fetched.Failed(
                    Trouble.UNREADABLE, WHO + " answers APPAP282E: the password is being changed right now");
        }
        boolean denied = reply.status() == 401 || reply.status() == 403;
        return new Fetched.Failed(denied ? Trouble.DENIED : Trouble.UNREADABLE, WHO + " answers " + code);
    }

    @Override
    public void close() {
        calls.close();
    }
}
