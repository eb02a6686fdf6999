{{/* A pod of a row of the table of components: one container, its environment and its volumes. */}}

{{/* (list $ "component" row), as all parts below. */}}
{{- define "inmor.pod" -}}
{{- $top := index . 0 -}}{{- $name := index . 1 -}}{{- $row := index . 2 -}}{{- $values := $top.Values -}}
{{- $pod := include "inmor.place" . | fromYaml -}}
metadata:
  labels:
    {{- include "inmor.labels" (list $top $name) | nindent 4 }}
  {{- with $pod.annotations }}
  annotations: {{ toJson . }}
  {{- end }}
spec:
  {{- with $pod.serviceAccount }}
  serviceAccountName: {{ . }}
  {{- end }}
  {{- with $pod.nodeSelector }}
  nodeSelector: {{ toJson . }}
  {{- end }}
  {{- with $pod.tolerations }}
  tolerations: {{ toJson . }}
  {{- end }}
  {{- with $pod.affinity }}
  affinity: {{ toJson . }}
  {{- end }}
  # No process calls the API of Kubernetes.
  automountServiceAccountToken: false
  enableServiceLinks: false
  {{- with $row.restartPolicy }}
  restartPolicy: {{ . }}
  {{- end }}
  {{- with $values.image.pullSecrets }}
  imagePullSecrets:
    {{- range . }}
    - name: {{ . }}
    {{- end }}
  {{- end }}
  # The processes end within 15 seconds after a signal, and the pause before it takes 5.
  terminationGracePeriodSeconds: 30
  # The user of the images, who owns the keys.
  securityContext:
    runAsNonRoot: true
    runAsUser: 999
    runAsGroup: 999
    fsGroup: 999
    fsGroupChangePolicy: OnRootMismatch
    seccompProfile: { type: RuntimeDefault }
  {{- if eq $name "ta" }}
  topologySpreadConstraints:
    - maxSkew: 1
      topologyKey: kubernetes.io/hostname
      whenUnsatisfiable: ScheduleAnyway
      labelSelector:
        matchLabels:
          {{- include "inmor.labels" (list $top $name) | nindent 10 }}
  {{- end }}
  {{- if and (eq $name "admin") $values.keys.generate }}
  initContainers:
    {{- $first := printf "[ -e /keys/private.json ] || exec inmor-keygeneration --type=%s --output=/keys" $values.keys.generate }}
    {{- $init := dict "container" "first-key" "command" (list "sh" "-c" $first) }}
    {{- include "inmor.container" (list $top $name (merge $init (omit $row "ports" "probe"))) | nindent 4 }}
  {{- end }}
  containers:
    {{- include "inmor.container" . | nindent 4 }}
  volumes:
    {{- include "inmor.volumes" . | nindent 4 }}
    {{- with $pod.volumes }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
{{- end }}

{{/* Where a pod runs and what it has of its cluster, as YAML: of every pod, and of the component. */}}
{{- define "inmor.place" -}}
{{- $values := (index . 0).Values -}}{{- $row := index . 2 -}}
{{- $own := index $values ($row.values | default (index . 1)) -}}
{{- toYaml (mergeOverwrite (deepCopy $values.pod) ($own.pod | default dict)) -}}
{{- end }}

{{- define "inmor.container" -}}
{{- $top := index . 0 -}}{{- $name := index . 1 -}}{{- $row := index . 2 -}}{{- $values := $top.Values -}}
{{- $own := index $values ($row.values | default $name) -}}
- name: {{ $row.container | default $name }}
  image: {{ if $row.image }}{{ include "inmor.image" . }}{{ else }}{{ $own.image }}{{ end }}
  imagePullPolicy: {{ $values.image.pullPolicy }}
  {{- with $row.command }}
  command: {{ toJson . }}
  {{- end }}
  securityContext:
    readOnlyRootFilesystem: true
    allowPrivilegeEscalation: false
    capabilities: { drop: [ALL] }
  {{- $pod := include "inmor.place" . | fromYaml }}
  resources: {{ toJson (mergeOverwrite (dict "limits" ($pod.devices | default dict)) $own.resources) }}
  {{- with include "inmor.env" . }}
  env:
    {{- . | trim | nindent 4 }}
  {{- end }}
  {{- with $row.ports }}
  ports:
    {{- range $port, $number := . }}
    - { name: {{ $port }}, containerPort: {{ $number }} }
    {{- end }}
  # Until the Service has forgotten the pod.
  lifecycle: { preStop: { exec: { command: [sleep, "5"] } } }
  {{- end }}
  {{- with $row.probe }}
  readinessProbe:
    httpGet: { path: {{ $row.path | default "/health" }}, port: {{ . }} }
    periodSeconds: 5
    timeoutSeconds: 5
  livenessProbe:
    httpGet: { path: {{ $row.path | default "/health/live" }}, port: {{ . }} }
    timeoutSeconds: 5
    failureThreshold: 6
  # Migrations, and the first publication of a large federation.
  startupProbe:
    httpGet: { path: {{ $row.path | default "/health/live" }}, port: {{ . }} }
    periodSeconds: 5
    failureThreshold: 120
  {{- end }}
  {{- with $row.ready }}
  readinessProbe:
    exec: { command: {{ toJson . }} }
    periodSeconds: 15
    timeoutSeconds: 5
  {{- end }}
  {{- with $row.live }}
  livenessProbe:
    exec: { command: {{ toJson . }} }
    periodSeconds: 15
    timeoutSeconds: 5
  {{- end }}
  volumeMounts:
    {{- include "inmor.mounts" . | nindent 4 }}
    {{- with $pod.mounts }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
{{- end }}

{{- define "inmor.image" -}}
{{- $top := index . 0 -}}{{- $row := index . 2 -}}
{{- with $top.Values.image -}}
{{ .registry }}/{{ $row.image }}:{{ .tag | default $top.Chart.AppVersion }}{{ with index .digests $row.image }}@{{ . }}{{ end }}
{{- end }}
{{- end }}

{{/* The names of the Secrets of a kind of process, as YAML: of ta only what it reads. */}}
{{- define "inmor.secrets" -}}
{{- $row := index . 2 -}}
{{- range $variable, $secret := (index . 0).Values.secrets }}
{{- if or (eq $row.kind "admin") (and (eq $row.kind "public") (has $variable (list "REDIS_URL" "PKCS11_PIN"))) }}
{{ $variable }}: {{ dict "name" $secret.name "key" ($secret.key | default $variable) | toJson }}
{{- end }}
{{- end }}
{{- end }}

{{- define "inmor.env" -}}
{{- $top := index . 0 -}}{{- $row := index . 2 -}}{{- $values := $top.Values -}}
{{- if has $row.kind (list "public" "admin") }}
{{- $env := dict "TA_DOMAIN" $values.domain "KEYS_DIR" "/keys" "METRICS_PORT" "9464" }}
{{- if eq $row.kind "admin" }}
{{- $worker := ternary "external" "inline" (gt (int $values.worker.replicas) 0) }}
{{- $env = merge (dict "ADMIN_URL" $values.adminUrl "WORKER" $worker) $env }}
{{- end }}
{{- if $values.redis.enabled }}
{{- $_ := set $env "REDIS_URL" (printf "redis://%s-redis:6379" (include "inmor.name" $top)) }}
{{- end }}
{{- range $variable, $_ := include "inmor.secrets" . | fromYaml }}
{{- $_ := set $env (printf "%s_FILE" $variable) (printf "/run/secrets/inmor/%s" $variable) }}
{{- end }}
{{- $given := ternary $values.publicEnv $values.adminEnv (eq $row.kind "public") }}
{{- range $variable, $value := merge ($row.env | default dict) $env $given $values.env }}
- { name: {{ $variable }}, value: {{ $value | toString | quote }} }
{{- end }}
{{- end }}
{{- end }}

{{- define "inmor.mounts" -}}
{{- $top := index . 0 -}}{{- $row := index . 2 -}}{{- $values := $top.Values -}}
- { name: tmp, mountPath: /tmp }
{{- if include "inmor.secrets" . | fromYaml }}
- { name: secrets, mountPath: /run/secrets/inmor, readOnly: true }
{{- end }}
{{- if and (eq $row.kind "public") $values.keys.answersSecret }}
- { name: answers, mountPath: /keys/answers.json, subPath: answers.json, readOnly: true }
{{- range list "publickeys" "answer_keys" "historical_keys" }}
- { name: keys, mountPath: /keys/{{ . }}, subPath: {{ . }}, readOnly: true }
{{- end }}
{{- else if or (eq $row.kind "public") $row.keys }}
- { name: keys, mountPath: /keys, readOnly: {{ ne $row.keys "write" }} }
{{- end }}
{{- if and $row.exported $values.exporter.enabled }}
- { name: exported, mountPath: /srv/inmor, readOnly: {{ ne $row.exported "write" }} }
{{- end }}
{{- if $row.configuration }}
- { name: configuration, mountPath: /configuration, readOnly: true }
{{- if $values.configuration.secret }}
- { name: referenced, mountPath: /run/secrets/configuration, readOnly: true }
{{- end }}
{{- end }}
{{- end }}

{{- define "inmor.volumes" -}}
{{- $top := index . 0 -}}{{- $row := index . 2 -}}{{- $values := $top.Values -}}{{- $name := include "inmor.name" $top -}}
- name: tmp
  emptyDir: { sizeLimit: 1Gi }
{{- with include "inmor.secrets" . | fromYaml }}
- name: secrets
  projected:
    defaultMode: 0440
    sources:
      {{- range $variable, $secret := . }}
      - secret: { name: {{ $secret.name }}, items: [{ key: {{ $secret.key }}, path: {{ $variable }} }] }
      {{- end }}
{{- end }}
{{- if or (eq $row.kind "public") $row.keys }}
- name: keys
  persistentVolumeClaim: { claimName: {{ $values.keys.existingClaim | default (printf "%s-keys" $name) }} }
{{- end }}
{{- if and (eq $row.kind "public") $values.keys.answersSecret }}
- name: answers
  secret: { secretName: {{ $values.keys.answersSecret }}, defaultMode: 0440 }
{{- end }}
{{- if and $row.exported $values.exporter.enabled }}
- name: exported
  persistentVolumeClaim: { claimName: {{ $values.exporter.existingClaim | default (printf "%s-exported" $name) }} }
{{- end }}
{{- if $row.configuration }}
- name: configuration
  configMap: { name: {{ $values.configuration.existingConfigMap | default (printf "%s-configuration" $name) }} }
{{- with $values.configuration.secret }}
- name: referenced
  secret: { secretName: {{ . }}, defaultMode: 0440 }
{{- end }}
{{- end }}
{{- end }}
