{{- define "appactive.labels" -}}
app.kubernetes.io/name: appactive-gateway
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "appactive.config" -}}
pid /tmp/nginx.pid;
worker_processes 2;
error_log /dev/stderr warn;

events {
    worker_connections 8192;
}

http {
    access_log /dev/stdout;
    client_body_temp_path /tmp/client_body;
    proxy_temp_path /tmp/proxy;
    fastcgi_temp_path /tmp/fastcgi;
    uwsgi_temp_path /tmp/uwsgi;
    scgi_temp_path /tmp/scgi;

    # The rules are read once, from files named after them in /etc/nginx/store.
    lua_shared_dict kv_shared_dict 32m;
    lua_package_path "/etc/nginx/conf/lua/?.lua;;";
    init_by_lua_file conf/lua/init_by_lua_file.lua;

    server {
        listen 8080 default_server;
        location = /-/ready {
            access_log off;
            return 200;
        }
        location / {
            return 404;
        }
    }
{{- range $app := .Values.apps }}
{{- range $unit, $servers := $app.units }}

    upstream {{ $app.name }}_{{ $unit }}_default {
{{- range $servers }}
        server {{ . }};
{{- end }}
    }
{{- end }}

    server {
        listen 8080;
        server_name {{ join " " $app.domains }};
        set $self_unit {{ $.Values.unit }};
        location / {
            set $app {{ $app.name }};
            set $unit_type {{ $app.rule }};
            set $router_rule {{ $app.rule }};
            set $unit_key '';
            set $cell_key '';
            set $unit_enable 1;
            include /etc/nginx/conf/loc.cfg;
        }
    }
{{- end }}
}
{{- end }}
