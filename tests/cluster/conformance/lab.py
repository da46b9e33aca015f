"""Where a probe works: one cluster, a namespace of its own, the few paths and objects that all probes speak of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import yaml

from tests.harness import ClusterError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Unpack

    from tests.harness import Cluster, Response
    from tests.harness.connection import Manner

MERGE = "application/merge-patch+json"
JSON_PATCH = "application/json-patch+json"
STRATEGIC = "application/strategic-merge-patch+json"
APPLY = "application/apply-patch+yaml"

GROUP = "conformance.gc.kube-zen.io"

WIDGETS = yaml.safe_load(f"""
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {{name: widgets.{GROUP}}}
spec:
  group: {GROUP}
  scope: Namespaced
  names: {{plural: widgets, singular: widget, kind: Widget, listKind: WidgetList, shortNames: [wd], categories: [toys]}}
  versions:
  - name: v1
    served: true
    storage: true
    subresources: {{status: {{}}}}
    additionalPrinterColumns:
    - {{name: Size, type: integer, jsonPath: .spec.size, description: How big it is}}
    - {{name: Phase, type: string, jsonPath: .status.phase}}
    - {{name: Color, type: string, jsonPath: .spec.color, priority: 1}}
    - {{name: Age, type: date, jsonPath: .metadata.creationTimestamp}}
    schema:
      openAPIV3Schema:
        type: object
        description: A Widget is what the probes are made with.
        required: [spec]
        properties:
          spec:
            type: object
            description: What the widget should be.
            required: [color]
            properties:
              color: {{type: string, enum: [red, green, blue], description: Its color.}}
              size: {{type: integer, minimum: 1, maximum: 10, default: 3}}
              label: {{type: string, pattern: '^[a-z]+$', maxLength: 8}}
              tags: {{type: array, maxItems: 2, items: {{type: string}}}}
              free: {{type: object, x-kubernetes-preserve-unknown-fields: true}}
              limits: {{type: object, additionalProperties: {{type: integer}}}}
              port: {{x-kubernetes-int-or-string: true}}
              note: {{type: string, nullable: true}}
          status:
            type: object
            properties:
              phase: {{type: string}}
              conditions:
                type: array
                items:
                  type: object
                  properties: {{type: {{type: string}}, status: {{type: string}}}}
  - name: v1beta1
    served: true
    storage: false
    schema:
      openAPIV3Schema: {{type: object, x-kubernetes-preserve-unknown-fields: true}}
""")


@dataclass(frozen=True, slots=True)
class Lab:
    """One probe's place of work.

    Attributes:
        cluster: the cluster that is asked.
        namespace: a fresh namespace in it.
    """

    cluster: Cluster
    namespace: str

    @property
    def configmaps(self) -> str:
        """The ConfigMaps of the namespace."""
        return self.core("configmaps")

    @property
    def pods(self) -> str:
        """The Pods of the namespace."""
        return self.core("pods")

    @property
    def widgets(self) -> str:
        """The widgets of the namespace."""
        return f"/apis/{GROUP}/v1/namespaces/{self.namespace}/widgets"

    @property
    def leases(self) -> str:
        """The Leases of the namespace."""
        return f"/apis/coordination.k8s.io/v1/namespaces/{self.namespace}/leases"

    def core(self, plural: str) -> str:
        """A collection of the core group in the namespace."""
        return f"/api/v1/namespaces/{self.namespace}/{plural}"

    def ask(self, method: str, path: str, body: Any = None, **how: Unpack[Manner]) -> Response:
        """Send one request; see `Cluster.request`."""
        return self.cluster.request(method, path, body, **how)

    def tell(self, method: str, path: str, body: Any = None, **how: Any) -> dict[str, Any]:
        """Send one request and return its status and body, which is what most probes want to know."""
        answer = self.ask(method, path, body, **how)
        return {"status": answer.status, "body": answer.body}

    def make(self, name: str, data: Mapping[str, str] | None = None, **metadata: Any) -> dict[str, Any]:
        """Create a ConfigMap and return it."""
        return self.put_up(configmap(name, data, **metadata))

    def make_widget(self, name: str, spec: Mapping[str, Any] | None = None, **metadata: Any) -> dict[str, Any]:
        """Create a widget and return it."""
        return self.put_up(widget(name, spec, **metadata))

    def put_up(self, item: dict[str, Any]) -> dict[str, Any]:
        """Create an object in the namespace, its status included, and return it."""
        return self.cluster.create({**item, "metadata": {**item["metadata"], "namespace": self.namespace}})

    def names(self, path: str) -> list[str]:
        """The names in the collection at `path`, in the order of the answer."""
        return [item["metadata"]["name"] for item in self.ask("GET", path).body["items"]]

    def eventually(self, reached: Callable[[], bool]) -> bool:
        """Wait for what a controller does in its own time; say whether it came."""
        return self.cluster.eventually(reached)

    def gone(self, path: str) -> bool:
        """Wait until there is nothing at `path`."""
        return self.eventually(lambda: self.ask("GET", path).status == 404)

    def release(self, path: str) -> None:
        """Take the finalizers of the object at `path` away, so that it can go."""
        self.ask("PATCH", path, {"metadata": {"finalizers": None}}, content_type=MERGE)

    def kubectl(self, *arguments: str, stdin: Any = None) -> dict[str, Any]:
        """Run kubectl in the namespace; what it reads may be text or objects."""
        text = stdin if stdin is None or isinstance(stdin, str) else yaml.safe_dump_all(stdin)
        done = self.cluster.kubectl("--namespace", self.namespace, *arguments, stdin=text)
        return {"exit": done.returncode, "stdout": done.stdout, "stderr": done.stderr}


def open_lab(cluster: Cluster) -> Lab:
    """A lab in a new namespace of the cluster, with the widgets installed."""
    if cluster.request("GET", f"/apis/{GROUP}/v1").status == 404:
        try:
            cluster.create(WIDGETS)
        except ClusterError as error:
            if "AlreadyExists" not in str(error):
                raise
    cluster.path_of(widget("any"))
    return Lab(cluster, cluster.namespace())


def configmap(name: str, data: Mapping[str, str] | None = None, **metadata: Any) -> dict[str, Any]:
    """A ConfigMap as it is sent."""
    content = dict(data) if data is not None else {"key": "value"}
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name, **metadata}, "data": content}


def widget(name: str, spec: Mapping[str, Any] | None = None, **metadata: Any) -> dict[str, Any]:
    """A widget as it is sent, green unless told otherwise."""
    content = dict(spec) if spec is not None else {"color": "green"}
    return {"apiVersion": f"{GROUP}/v1", "kind": "Widget", "metadata": {"name": name, **metadata}, "spec": content}


def pod(name: str, *, node: str | None = None, phase: str | None = None, **metadata: Any) -> dict[str, Any]:
    """A Pod as it is sent; on a node it counts as scheduled."""
    spec: dict[str, Any] = {"containers": [{"name": "main", "image": "example.com/nothing"}]}
    if node is not None:
        spec["nodeName"] = node
    item = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": name, **metadata}, "spec": spec}
    return {**item, "status": {"phase": phase}} if phase is not None else item


def ending(item: Mapping[str, Any]) -> dict[str, Any]:
    """What an object says about its own end."""
    metadata = item["metadata"]
    return {
        "terminating": "deletionTimestamp" in metadata,
        "grace": metadata.get("deletionGracePeriodSeconds"),
        "finalizers": metadata.get("finalizers"),
    }


def brief(body: Mapping[str, Any]) -> dict[str, Any]:
    """What kind of answer this is: the object, or a Status about it."""
    return {"kind": body["kind"], "status": body.get("status") if body["kind"] == "Status" else None}
