{{/* What runs, as one table, and the names and labels of its objects. */}}

{{/*
The components, by the name of their values. `image` is built by the Dockerfile, and the command is its own when absent.
`kind` decides which variables and secrets it has, `keys` and `exported` are its rights to these volumes, and `probe` is the port
of /health.
*/}}
{{- define "inmor.components" -}}
{{- $export := printf "/srv/inmor%s" (ternary "/main" "" .Values.exporter.anchors) -}}
ta:
  kind: public
  image: inmor
  replicas: {{ .Values.ta.replicas }}
  ports: { http: 8080, metrics: 9464 }
  probe: http
  exported: read
  {{- if .Values.exporter.enabled }}
  env: { EXPORT_FOLDER: {{ $export }} }
  {{- end }}
exporter:
  kind: public
  image: inmor
  replicas: {{ ternary 1 0 .Values.exporter.enabled }}
  command: [/app/inmor-export, /srv/inmor{{ if .Values.exporter.anchors }}, --anchors{{ end }}]
  exported: write
  # It has no port: the last manifest is at most some minutes old.
  ready: [sh, -c, 'test -n "$(find {{ $export }}/manifest.jwt -mmin -5)"']
admin:
  kind: admin
  image: inmor-admin
  replicas: {{ .Values.admin.replicas }}
  ports: { http: 8000, metrics: 9464 }
  probe: http
  keys: write
worker:
  kind: admin
  image: inmor-worker
  replicas: {{ .Values.worker.replicas }}
  ports: { metrics: 9464 }
  probe: metrics
  keys: read
frontend:
  kind: frontend
  image: inmor-frontend
  replicas: {{ .Values.frontend.replicas }}
  ports: { http: 8080 }
  path: /
  probe: http
  # The image calls the admin server "admin", which may be the name of another Service here.
  command:
    - sh
    - -c
    - sed 's|http://admin:8000|http://{{ include "inmor.name" . }}-admin:8000|' /etc/nginx/nginx.conf >/tmp/nginx.conf && exec nginx -c /tmp/nginx.conf -g 'daemon off;'
redis:
  kind: redis
  replicas: {{ ternary 1 0 .Values.redis.enabled }}
  command: [redis-server, --save, "", --appendonly, "no"]
  ports: { redis: 6379 }
  ready: [redis-cli, ping]
  live: [redis-cli, ping]
{{- end }}

{{- define "inmor.name" -}}
{{- contains "inmor" .Release.Name | ternary .Release.Name (printf "%s-inmor" .Release.Name) | trunc 50 | trimSuffix "-" }}
{{- end }}

{{/* The metadata of an object: (list $ "component" "suffix of the name"). */}}
{{- define "inmor.metadata" -}}
{{- $top := index . 0 -}}
name: {{ include "inmor.name" $top }}-{{ last . }}
namespace: {{ $top.Release.Namespace }}
labels:
  {{- include "inmor.labels" (list $top (index . 1)) | nindent 2 }}
  app.kubernetes.io/version: {{ $top.Chart.AppVersion | quote }}
  app.kubernetes.io/managed-by: {{ $top.Release.Service }}
{{- end }}

{{/* What selects the pods of a component. */}}
{{- define "inmor.labels" -}}
app.kubernetes.io/name: inmor
app.kubernetes.io/instance: {{ (index . 0).Release.Name }}
app.kubernetes.io/component: {{ index . 1 }}
{{- end }}
