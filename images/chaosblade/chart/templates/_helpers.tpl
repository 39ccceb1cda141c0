{{- define "chaosblade.labels" -}}
app.kubernetes.io/name: chaosblade
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "chaosblade.tool" -}}
{{ required "tool.repository is missing" .Values.tool.repository }}:{{ required "tool.tag is missing" .Values.tool.tag }}
{{- end }}
