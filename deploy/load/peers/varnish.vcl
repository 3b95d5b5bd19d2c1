# Varnish doing what Sluice does. The two limits are vsthrottle's (Debian: varnish-modules), which counts in this process' memory.
# @NAME@ is filled in by `gateways.py`.
vcl 4.1;
import vsthrottle;

backend origin { .host = "127.0.0.1"; .port = "@ORIGIN@"; }

sub vcl_recv {
  if (req.url ~ "^/limited/") {
    if (vsthrottle.is_denied(req.http.X-API-Key, 1000000, 1s) || vsthrottle.is_denied("everyone", 10000000, 1s)) {
      return (synth(429));
    }
  }
  if (req.url ~ "^/pass/") {
    return (pass);
  }
  return (hash);
}
