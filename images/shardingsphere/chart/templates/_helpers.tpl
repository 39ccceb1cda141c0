{{- define "shardingsphere.labels" -}}
app.kubernetes.io/name: shardingsphere-proxy
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- /* Settings that are in ZooKeeper go before these. PASSWORD is put in at the start. */}}
{{- define "shardingsphere.settings" -}}
mode:
  type: Cluster
  repository:
    type: ZooKeeper
    props:
      namespace: shardingsphere
      server-lists: {{ required "zookeeper is missing" .Values.zookeeper }}
      retryIntervalMilliseconds: 500
      timeToLiveSeconds: 60
      maxRetries: 10
      operationTimeoutMilliseconds: 5000
authority:
  users:
    - user: root@%
      password: "PASSWORD"
  privilege:
    type: ALL_PERMITTED
props:
  # Also while no database is registered.
  proxy-frontend-database-protocol-type: MySQL
{{- end }}
