package io.sluice.credentials;

import com.sun.net.httpserver.HttpExchange;

/** The Central Credential Provider with one object. */
public final class CyberArkStandIn extends StandIn {
    private volatile String user = "app";
    private volatile String password = "first";

    public void holds(String user, String password) {
        this.user = user;
        this.password = password;
    }

    @Override
    protected Answer answer(String method, String target, HttpExchange exchange, String body) {
        expect(method.equals("GET") && body.isEmpty(), "not a bare GET");
        expectHeader(exchange, "Accept", "application/json");
        String expected = "/AIMWebService/api/Accounts?AppID=Sluice&Safe=Data%20Bases&Object=pg%26app";
        if (!target.equals(expected)) {
            expect(target.startsWith("/AIMWebService/api/Accounts?AppID="), "another path");
            return new Answer(
                    404,
                    "{\"ErrorCode\":\"APPAP004E\",\"ErrorMsg\":\"Password object matching query [Safe=x;Object=y] was not"
                            + " found (Diagnostic Info: 9).\"}");
        }
        return new Answer(
                200,
                "{\"Content\":\"" + password
                        + "\",\"CreationMethod\":\"PVWA\",\"Address\":\"db\",\"Safe\":\"Data Bases\","
                        + "\"UserName\":\"" + user + "\",\"Name\":\"pg&app\",\"PolicyID\":\"PostgreSQL\","
                        + "\"DeviceType\":\"Database\",\"CPMDisabled\":\"NoPassword\",\"Folder\":\"Root\","
                        + "\"PasswordChangeInProcess\":\"False\"}");
    }
}
