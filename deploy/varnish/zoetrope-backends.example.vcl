# Copy to zoetrope-backends.vcl and put your addresses in.
import directors;

probe zoetrope_ready {
  .url = "/health/ready";
  .interval = 2s;
  .timeout = 1s;
}

backend gateway1 { .host = "gateway-1"; .port = "4000"; .probe = zoetrope_ready; }
backend gateway2 { .host = "gateway-2"; .port = "4000"; .probe = zoetrope_ready; }

# Who may BAN: the hosts of the notifiers.
acl zoetrope_notifiers { "notifier-1"; "notifier-2"; }

sub vcl_init {
  new gateways = directors.round_robin();
  gateways.add_backend(gateway1);
  gateways.add_backend(gateway2);
}

sub zoetrope_pick {
  set req.backend_hint = gateways.backend();
}
