"""kube-janitor: annotations by which objects say when they go, and rules that give others a TTL."""
