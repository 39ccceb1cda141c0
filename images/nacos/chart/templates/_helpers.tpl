{{- define "nacos.labels" -}}
app.kubernetes.io/name: nacos
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- /* The name of a server, without the pod's: servers know each other by it. */}}
{{- define "nacos.domain" -}}
nacos-headless.{{ .Release.Namespace }}.svc.{{ .Values.clusterDomain }}
{{- end }}

{{- define "nacos.servers" -}}
{{- $servers := list }}
{{- range $i := until (int .Values.replicas) }}
{{- $servers = append $servers (printf "nacos-%d.%s:8848" $i (include "nacos.domain" $)) }}
{{- end }}
{{- join " " $servers }}
{{- end }}
