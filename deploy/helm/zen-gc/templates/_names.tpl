{{- define "zen-gc.labels" -}}
app.kubernetes.io/name: zen-gc
app.kubernetes.io/part-of: zen-gc
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" }}
{{- with .Values.commonLabels }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{- define "zen-gc.image" -}}
{{- $image := .Values.image -}}
{{- if not (and $image.registry $image.repository) -}}
{{- fail "set image.registry and image.repository to where you pushed the image: zen-gc publishes none, see docs/how-to/deploy.md" -}}
{{- end -}}
{{- printf "%s/%s:%s" $image.registry $image.repository (default .Chart.AppVersion $image.tag) -}}
{{- with $image.digest }}@{{ . }}{{ end -}}
{{- end }}

{{- /* What makes the name of an object of the cluster the release's own: releases for some namespaces alone stand side by side. */}}
{{- define "zen-gc.own" -}}
{{- if .Values.watchNamespaces }}-{{ .Release.Namespace }}{{ end -}}
{{- end }}

{{- /* The namespaces that are watched, as an expression of a selector of Namespaces. */}}
{{- define "zen-gc.watched" -}}
- key: kubernetes.io/metadata.name
  operator: In
  values:
  {{- toYaml .Values.watchNamespaces | nindent 2 }}
{{- end }}
