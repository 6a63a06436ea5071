# Varnish 6.6 or later in front of Zoetrope's gateways.
#
# Beside it lies zoetrope-backends.vcl, which is yours (see zoetrope-backends.example.vcl): the backends, the
# addresses that notifiers ban from, and the sub that picks a backend. Tell Zoetrope about it with
# VARNISH_URLS=http://<this host>:<port> at every gateway and notifier.
#
# Stock Varnish keeps none of our videos: browsers are told to revalidate at each use. A gateway that knows of this
# Varnish says in X-Varnish-TTL how long it may keep the answer, and in X-Varnish-Tags what a BAN will name.
vcl 4.1;

import std;

include "zoetrope-backends.vcl";

sub vcl_recv {
  if (req.method == "BAN") {
    if (client.ip !~ zoetrope_notifiers) {
      return (synth(405, "Not allowed"));
    }
    if (req.http.X-Zoetrope-Tag !~ "^(asset|project)-[0-9A-Za-z_]+$") {
      return (synth(400, "Bad tag"));
    }
    if (std.ban("obj.http.X-Varnish-Tags ~ (^|,)" + req.http.X-Zoetrope-Tag + "(,|$)")) {
      return (synth(200, "Banned"));
    }
    return (synth(500, std.ban_error()));
  }
  call zoetrope_pick;
  unset req.http.X-Zoetrope-Key;
  if ((req.method != "GET" && req.method != "HEAD") || req.url !~ "^/v1/[^/?]+/[^?]+\.(mp4|jpg)(\?|$)") {
    return (pass);
  }
  # Public and the same for everybody. What tells videos apart is in these parameters alone.
  unset req.http.Cookie;
  unset req.http.Authorization;
  set req.http.X-Zoetrope-Key =
    regsuball(req.url, "([?&])(?!(?:motion|mode|dur|prompt|seed|aspect|idem|sig|exp)=)[^&]*", "\1");
  set req.http.X-Zoetrope-Key = std.querysort(req.http.X-Zoetrope-Key);
  # While the gateways are well nothing is served past its lifetime; when they are not, embeds go on.
  if (std.healthy(req.backend_hint)) {
    set req.grace = 0s;
  }
  return (hash);
}

sub vcl_hash {
  if (req.http.X-Zoetrope-Key) {
    hash_data(req.http.X-Zoetrope-Key);
    return (lookup);
  }
}

sub vcl_backend_response {
  if (beresp.status == 200 && beresp.http.X-Varnish-TTL) {
    set beresp.ttl = std.duration(beresp.http.X-Varnish-TTL + "s", 0s);
    set beresp.grace = 1d;
    set beresp.keep = 0s;
    unset beresp.http.X-Varnish-TTL;
    return (deliver);
  }
  # Requests that come while this is remembered go to a gateway side by side instead of queueing for one answer.
  set beresp.ttl = 1s;
  set beresp.grace = 0s;
  set beresp.keep = 0s;
  set beresp.uncacheable = true;
  return (deliver);
}

sub vcl_deliver {
  unset resp.http.X-Varnish-Tags;
  if (obj.hits > 0) {
    set resp.http.Cache-Status = "Varnish; hit";
  } elsif (resp.http.Cache-Status) {
    set resp.http.Cache-Status = resp.http.Cache-Status + ", Varnish; fwd=miss";
  }
}
