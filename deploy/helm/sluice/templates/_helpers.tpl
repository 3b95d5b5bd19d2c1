{{- define "sluice.name" -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride | trunc 50 | trimSuffix "-" -}}
{{- else -}}
{{- $name := default .Chart.Name .Values.nameOverride -}}
{{- if contains $name .Release.Name -}}
{{- .Release.Name | trunc 50 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name $name | trunc 50 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{- define "sluice.selector" -}}
app.kubernetes.io/name: {{ default .Chart.Name .Values.nameOverride | trunc 63 | trimSuffix "-" }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}

{{- define "sluice.labels" -}}
{{ include "sluice.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" }}
{{- end -}}

{{- define "sluice.image" -}}
{{- if .Values.image.digest -}}
{{ .Values.image.repository }}@{{ .Values.image.digest }}
{{- else -}}
{{ .Values.image.repository }}:{{ default .Chart.AppVersion .Values.image.tag }}
{{- end -}}
{{- end -}}

{{- define "sluice.serviceAccount" -}}
{{- if .Values.serviceAccount.create -}}
{{ default (include "sluice.name" .) .Values.serviceAccount.name }}
{{- else -}}
{{ default "default" .Values.serviceAccount.name }}
{{- end -}}
{{- end -}}

{{- define "sluice.configMap" -}}
{{ default (include "sluice.name" .) .Values.existingConfigMap }}
{{- end -}}

{{/* The port that callers reach. */}}
{{- define "sluice.port" -}}
{{- if eq .Values.mode "limit-service" }}grpc{{ else }}gateway{{ end -}}
{{- end -}}

{{- define "sluice.config" -}}
{{- if and (eq .Values.mode "limit-service") .Values.config -}}
{{- if not (regexMatch "(?m)^grpc:" (ternary (toYaml .Values.config) (toString .Values.config) (kindIs "map" .Values.config))) -}}
{{- fail "config: mode limit-service needs `grpc: { port: 8081 }` in it, else Envoy has nobody to ask" -}}
{{- end -}}
{{- end -}}
{{- if kindIs "map" .Values.config -}}
{{ toYaml .Values.config }}
{{- else if .Values.config -}}
{{ .Values.config }}
{{- else if eq .Values.mode "limit-service" -}}
grpc: { port: 8081 }
instances: {{ include "sluice.instances" . }}
limits:
  per-address: { algorithm: sliding-window, quota: 100, window: 1m, key: ["entry:remote_address"] }
domains:
  edge:
    - { match: [generic_key=api, remote_address], limits: [per-address], client: remote_address }
{{- else -}}
instances: {{ include "sluice.instances" . }}
limits:
  per-client: { algorithm: sliding-window, quota: 100, window: 1m, key: [client] }
routes:
  upstream:
    path: /**
    limits: [per-client]
    cache: {}
    http: { url: {{ .Values.upstream | quote }} }
{{- end -}}
{{- end -}}

{{- define "sluice.instances" -}}
{{- if .Values.autoscaling.enabled }}{{ .Values.autoscaling.minReplicas }}{{ else }}{{ .Values.replicas }}{{ end -}}
{{- end -}}
