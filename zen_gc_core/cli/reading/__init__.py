"""From texts to manifests, each with its place: YAML, JSON, files, directories and standard input."""
