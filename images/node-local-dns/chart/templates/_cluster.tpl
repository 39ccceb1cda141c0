{{/* The address of the service kube-dns. The defaults are for a chart that is
rendered without a cluster. */}}
{{- define "server" -}}
{{- $service := lookup "v1" "Service" "kube-system" "kube-dns" | default dict -}}
{{- .Values.server | default (dig "spec" "clusterIP" "10.96.0.10" $service) -}}
{{- end }}

{{- define "domain" -}}
{{- $map := lookup "v1" "ConfigMap" "kube-system" "kubeadm-config" | default dict -}}
{{- $config := dig "data" "ClusterConfiguration" "" $map | fromYaml -}}
{{- .Values.domain | default (dig "networking" "dnsDomain" "cluster.local" $config) -}}
{{- end }}

{{/* Where the cache listens: its own address, and the one that pods ask. */}}
{{- define "listen" -}}
{{ .Values.address }} {{ include "server" . }}
{{- end }}
