"""Two tenants on a real API server, a leader and a standby under the shipped rights, and what is measured of them."""

from __future__ import annotations

import contextlib
import json
import sys
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import urllib3

from tests.cluster.controller.controllers import fetch
from tests.cluster.controller.stage import until
from tests.harness.connection import Connection
from tests.proof.health import Health
from tests.proof.tenants.attacks import ATTACKS
from tests.proof.tenants.neighbour import INTERVAL, SECRET, Neighbour, policy
from tests.proof.tenants.sends import Place

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.cluster.controller.controllers import Replica
    from tests.cluster.controller.stage import Stage
    from tests.harness.real import RealCluster
    from tests.proof.tenants.sends import Send

MANIFESTS = Path(__file__).parents[3] / "deploy/manifests"
HOME = "zen-gc-system"
ACCOUNT = "gc-controller"
MOST_MEMORY = 256 << 20
MOST_INTERVALS = 2.0
"""Within how many of its intervals the neighbour's policy is served, whatever the other one does."""

MOST_ILL = 5.0
"""Seconds for which ``/healthz`` may say no at a stretch."""

KEPT = ("kept", "kept-too")
FLAGS = (f"--min-interval={INTERVAL:.0f}s", f"--gc-interval={INTERVAL:.0f}s", "--max-deletions-per-second=10")
HEAD = f"{'attack':34} {'held':4} taken refused{'':25} worst wait   ill   leader  standby"
TENANT_RULES = [
    {
        "apiGroups": ["gc.kube-zen.io"],
        "resources": ["garbagecollectionpolicies"],
        "verbs": ["get", "list", "watch", "create", "update", "patch", "delete"],
    },
    {"apiGroups": [""], "resources": ["configmaps"], "verbs": ["get", "list", "create", "update", "patch", "delete"]},
    {"apiGroups": [""], "resources": ["events"], "verbs": ["get", "list"]},
]


@dataclass
class Row:
    """What came of an attack.

    Args:
        taken: How many requests the server took.
        refused: With which status it refused the others; 0 where it did not answer in time.
        memory: The most that leader and standby have had by then, in bytes.
        ill: For how many seconds at a stretch a probe failed meanwhile.
    """

    taken: int = 0
    refused: Counter[int] = field(default_factory=Counter)
    memory: tuple[int, int] = (0, 0)
    ill: float = 0.0


@dataclass
class Trial:
    """What an attack runs against, and what is seen meanwhile.

    Args:
        stage: The cluster; its namespace is the neighbour's.
        place: Where the attacker is.
        attacker: The attacker's connection.
        replicas: The leader first, then the standby.
        healths: What their probes say.
        neighbour: The other tenant.
    """

    stage: Stage
    place: Place
    attacker: Connection
    replicas: tuple[Replica, Replica]
    healths: tuple[Health, Health]
    neighbour: Neighbour
    table: dict[str, Row] = field(default_factory=dict)

    def settle(self) -> None:
        """Wait until the neighbour is served in peace."""
        until(lambda: any(wait.gone for wait in self.neighbour.waits), "the neighbour is served", patience=180.0)

    def attack(self, name: str) -> None:
        """Send all requests of an attack."""
        row = self.table[name] = Row()
        self.neighbour.during = name
        for send in ATTACKS[name](self.place):
            status = self._send(send)
            if 200 <= status < 300:
                row.taken += 1
            else:
                row.refused[status] += 1
        self._measure(row)

    def _send(self, send: Send) -> int:
        """Send a request and return its status: 0 when nothing came back, which is no end of the attack."""
        try:
            return self.attacker.request(send.method, send.path, send.body, content_type=send.content_type).status
        except urllib3.exceptions.HTTPError:
            return 0

    def watch(self, name: str, seconds: float) -> None:
        """Let the attack last, and note what it costs."""
        time.sleep(seconds)
        self._measure(self.table[name])

    def _measure(self, row: Row) -> None:
        leader, standby = (peak(replica) for replica in self.replicas)
        row.memory, row.ill = (leader, standby), max(row.ill, *(health.taken() for health in self.healths))

    def end(self, patience: float) -> None:
        """Make no more objects, and give those that are there some time to go.

        Args:
            patience: For how long, in seconds.
        """
        self.neighbour.make_no_more()
        ends = time.monotonic() + patience
        while time.monotonic() < ends and self.neighbour.waiting():
            time.sleep(0.2)
        self.neighbour.end()
        for health in self.healths:
            health.end()

    def printed(self) -> str:
        """The table."""
        lines = [HEAD, *map(self.line, self.table)]
        lines.append(
            f"an interval is {INTERVAL:.0f} s; the machine's load made work take {self.neighbour.stretch:.1f} times as long; "
            f"in peace an object waited {self.neighbour.latest('peace'):.2f} intervals"
        )
        if self.neighbour.refused:
            lines.append(
                f"{self.neighbour.unanswered} of the neighbour's requests were sent anew, at last for {self.neighbour.refused}"
            )
        return "\n".join(lines)

    def line(self, name: str) -> str:
        """What is known of an attack by now."""
        row = self.table[name]
        refused = " ".join(f"{count}x{status or 'none'}" for status, count in sorted(row.refused.items())) or "-"
        late = self.neighbour.latest(name)
        held = late <= MOST_INTERVALS and row.ill <= MOST_ILL and max(row.memory) < MOST_MEMORY
        leader, standby = (figure >> 20 for figure in row.memory)
        return (
            f"{name:34} {'yes' if held else 'NO':4} {row.taken:5} {refused:32} {late:7.2f} iv {row.ill:4.1f} s"
            f" {leader:5} M {standby:6} M"
        )

    def late(self, most: float) -> list[str]:
        """The objects of the neighbour's that waited longer than some intervals."""
        late = [wait for wait in self.neighbour.waits if wait.seconds / INTERVAL > most]
        return [f"{wait.during}: {wait.seconds:.1f} s, {'gone' if wait.gone else 'still there'}" for wait in late]

    def readable(self) -> dict[str, str]:
        """What the attacker may read of the controller's doing, its log among it, as text."""
        policies = deep_json(self._read(self.place.policies))["items"]
        events = deep_json(self._read(f"/api/v1/namespaces/{self.place.own}/events"))["items"]
        texts = {
            "status": json.dumps([each.get("status") for each in policies], ensure_ascii=False),
            "events": json.dumps([each.get("message") for each in events], ensure_ascii=False),
        }
        for number, replica in enumerate(self.replicas):
            port = replica.records("controller started")[0]["metrics_port"]
            texts[f"metrics {number}"] = fetch(port, "/metrics")[1]
            texts[f"log {number}"] = replica.text() + replica.err.read_text()
        return texts

    def _read(self, path: str) -> str:
        return until(lambda: self._whole(path), f"{path} is read", patience=180.0)

    def _whole(self, path: str) -> str:
        with contextlib.suppress(urllib3.exceptions.HTTPError):
            answer = self.attacker.request("GET", path)
            return answer.text if answer.status == 200 else ""
        return ""


def deep_json(text: str) -> Any:
    """Decode JSON that is nested deeper than a decoder likes, on a stack that is large enough."""
    found: list[Any] = []
    before, size = sys.getrecursionlimit(), threading.stack_size(256 << 20)
    sys.setrecursionlimit(100_000)
    try:
        thread = threading.Thread(target=lambda: found.append(json.loads(text)))
        thread.start()
        thread.join()
    finally:
        sys.setrecursionlimit(before)
        threading.stack_size(size)
    return found[0]


def peak(replica: Replica) -> int:
    """The most memory that a replica has had, in bytes."""
    rows = Path(f"/proc/{replica.process.pid}/status").read_text().splitlines()
    (row,) = [each for each in rows if each.startswith("VmHWM")]
    return int(row.split()[1]) * 1024


def install(cluster: RealCluster) -> Path:
    """Apply the manifests, and return the kubeconfig of the controller's account when its rights are there."""
    applied = cluster.kubectl("apply", "--server-side", "--force-conflicts", "-k", str(MANIFESTS))
    assert applied.returncode == 0, applied.stderr
    who = cluster.service_account_kubeconfig(HOME, ACCOUNT)
    asked = ("auth", "can-i", "delete", "configmaps", "--all-namespaces")
    until(lambda: cluster.kubectl(*asked, config=who).stdout.strip() == "yes", "roles are aggregated", patience=120.0)
    return who


def tenant(cluster: RealCluster, namespace: str) -> str:
    """Make an account that may write policies and ConfigMaps of a namespace and nothing else; its token."""
    config = cluster.service_account_kubeconfig(namespace, "tenant")
    group = "rbac.authorization.k8s.io"
    metadata = {"name": "tenant", "namespace": namespace}
    cluster.create({"apiVersion": f"{group}/v1", "kind": "Role", "metadata": metadata, "rules": TENANT_RULES})
    cluster.create(
        {
            "apiVersion": f"{group}/v1",
            "kind": "RoleBinding",
            "metadata": metadata,
            "roleRef": {"apiGroup": group, "kind": "Role", "name": "tenant"},
            "subjects": [{"kind": "ServiceAccount", "name": "tenant", "namespace": namespace}],
        }
    )
    return str(json.loads(config.read_text())["users"][0]["user"]["token"])


def plant(stage: Stage) -> str:
    """Put the neighbour's data there, as ConfigMaps that the attacker's policies ask for and as a Secret; a uid of it."""
    labels = {"gc": "yes"}
    uids = []
    for name in KEPT:
        metadata = {"name": name, "namespace": stage.namespace, "labels": labels}
        made = stage.cluster.create(
            {"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": {"secret": SECRET}}
        )
        uids.append(made["metadata"]["uid"])
    metadata = {"name": "planted", "namespace": stage.namespace, "labels": labels}
    stage.cluster.create({"apiVersion": "v1", "kind": "Secret", "metadata": metadata, "stringData": {"secret": SECRET}})
    return str(uids[0])


@contextlib.contextmanager
def trial(stage: Stage, authority: Path, who: Path, start: Callable[..., Replica]) -> Iterator[Trial]:
    """Two tenants and two replicas, all of whom have started; the end is the caller's (`Trial.end`).

    Args:
        stage: The cluster, the neighbour's namespace and the controller's.
        authority: The server's certificate authority.
        who: The kubeconfig of the controller's account.
        start: Starts a replica.
    """
    cluster: Any = stage.cluster
    own = cluster.namespace()
    place = Place(own, stage.namespace, plant(stage))
    attacker = Connection(cluster.url, token=tenant(cluster, own), authority=authority)
    leader = start(stage, *FLAGS, config=who).awake()
    until(lambda: leader.scrape().total("gc_leader_election_status") == 1, "it leads", patience=120.0)
    standby = start(stage, *FLAGS, config=who).awake()
    token = tenant(cluster, stage.namespace)
    owner = Connection(cluster.url, token=token, authority=authority)
    path = f"/apis/gc.kube-zen.io/v1alpha1/namespaces/{stage.namespace}/garbagecollectionpolicies"
    made = owner.request("POST", path, policy())
    assert made.status == 201, made.text
    healths = (Health(leader), Health(standby))
    neighbour = Neighbour(stage, token, authority)
    for thread in (*healths, neighbour):
        thread.start()
    try:
        yield Trial(stage, place, attacker, (leader, standby), healths, neighbour)
    finally:
        for thread in (*healths, neighbour):
            thread.end()
        attacker.close()
        owner.close()
