"""The embedded cluster: a Kubernetes API server in the process.

It stores objects in memory and serves them over HTTP as a real API server does: discovery, reads and writes
with optimistic locking, pages, watches, custom resources with schemas, deletion with preconditions,
finalizers and propagation. It runs no workloads: there is no kubelet and no scheduler, and no controllers but
the garbage collector and the ones that finish Namespaces and CustomResourceDefinitions.

What it leaves out: RBAC and admission, schemas of built-in kinds below their top-level fields, CEL rules of
CustomResourceDefinitions, conversion webhooks, field managers that do not apply, protobuf beyond what kubectl's
typed subcommands send, TLS, and anything that outlives the process. One conformance suite holds it against the
real API server.

It is a package of its own and imports nothing of zen-gc.
"""

from zen_gc_embedded.cluster import EmbeddedCluster
from zen_gc_embedded.faults import Fault, FaultHook, Request, RequestLog
from zen_gc_embedded.statuses import StatusError

__all__ = ["EmbeddedCluster", "Fault", "FaultHook", "Request", "RequestLog", "StatusError"]
