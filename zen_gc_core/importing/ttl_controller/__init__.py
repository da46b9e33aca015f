"""k8s-ttl-controller: an annotation by which objects say how long they live, and one by which they begin anew."""
