{{- /* Labels of a part: call it with (list . "broker"). */}}
{{- define "rocketmq.labels" -}}
app.kubernetes.io/name: rocketmq
app.kubernetes.io/instance: {{ (index . 0).Release.Name }}
app.kubernetes.io/component: {{ index . 1 }}
{{- end }}

{{- /* All name servers: a broker must tell each of them about itself. */}}
{{- define "rocketmq.nameservers" -}}
{{- $servers := list }}
{{- range $i := until (int .Values.nameserver.replicas) }}
{{- $servers = append $servers (printf "rocketmq-nameserver-%d.rocketmq-nameserver.%s.svc.%s:9876" $i $.Release.Namespace $.Values.clusterDomain) }}
{{- end }}
{{- join ";" $servers }}
{{- end }}

{{- define "rocketmq.podSecurity" -}}
runAsNonRoot: true
# The user rocketmq of the image.
runAsUser: 3000
runAsGroup: 3000
fsGroup: 3000
fsGroupChangePolicy: OnRootMismatch
seccompProfile:
  type: RuntimeDefault
{{- end }}

{{- define "rocketmq.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities:
  drop: [ALL]
{{- end }}

{{- define "rocketmq.apart" -}}
podAntiAffinity:
  preferredDuringSchedulingIgnoredDuringExecution:
    - weight: 100
      podAffinityTerm:
        topologyKey: kubernetes.io/hostname
        labelSelector:
          matchLabels:
            {{- include "rocketmq.labels" . | nindent 12 }}
{{- end }}
