{{- define "seata.labels" -}}
app.kubernetes.io/name: seata
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- /* The group, by the names under which the servers announce themselves. */}}
{{- define "seata.group" -}}
{{- $servers := list }}
{{- range $i := until (int .Values.replicas) }}
{{- $servers = append $servers (printf "seata-%d.seata-headless:9091" $i) }}
{{- end }}
{{- join "," $servers }}
{{- end }}
