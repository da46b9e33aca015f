"""`zen-gc import --live`: both on the objects of a cluster, and the kinds that it serves. Nothing is written.

On the embedded cluster and on the real API server; what other tests left on the latter is there, too, and no tool may take more of it.
"""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from tests.golden.running import zen_gc
from tests.harness.real import RealCluster
from zen_gc_core.instants import format_instant

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.golden.running import Ran
    from tests.harness.cluster import Cluster

DEFINITION: dict[str, Any] = {
    "apiVersion": "apiextensions.k8s.io/v1",
    "kind": "CustomResourceDefinition",
    "metadata": {"name": "previews.imported.acme.io"},
    "spec": {
        "group": "imported.acme.io",
        "scope": "Namespaced",
        "names": {"kind": "Preview", "plural": "previews", "singular": "preview", "listKind": "PreviewList"},
        "versions": [
            {"name": "v1", "served": True, "storage": True, "schema": {"openAPIV3Schema": {"type": "object"}}}
        ],
    },
}
RULES = """\
rules:
- id: previews
  resources: [previews]
  jmespath: "starts_with(metadata.name, 'shop-')"
  ttl: 1h
"""
CLEANUP = """\
apiVersion: kyverno.io/v2
kind: CleanupPolicy
metadata: {name: previews, namespace: TEAM}
spec:
  schedule: "0 0 * * *"
  match:
    any:
    - resources: {kinds: [ConfigMap], names: ["preview-*"]}
"""
BUSY = """\
apiVersion: kyverno.io/v2
kind: ClusterCleanupPolicy
metadata: {name: busy}
spec:
  schedule: "0 0 * * *"
  match:
    any:
    - resources: {kinds: [ConfigMap], names: ["preview-*"]}
  conditions:
    all:
    - {key: "{{ random('[a-z]{4}') }}", operator: Equals, value: abcd}
"""


@dataclass
class Scene:
    """A cluster, and two Namespaces in it."""

    cluster: Cluster
    team: str
    elsewhere: str

    def compare(self, directory: Path, original: str, *arguments: str) -> Ran:
        """Import a policy of another tool, and compare on the cluster, three hours from now."""
        later = format_instant(dt.datetime.now(dt.UTC).replace(microsecond=0) + dt.timedelta(hours=3))
        (directory / "original.yaml").write_text(original.replace("TEAM", self.team), encoding="utf-8")
        given = ("-f", str(directory / "original.yaml")) if original else ()
        kubeconfig = str(self.cluster.kubeconfig_path)
        return zen_gc("import", *given, "--live", "--kubeconfig", kubeconfig, "--now", later, *arguments)

    def of_ours(self, compared: dict[str, Any], cell: str) -> set[str]:
        """The objects of the two Namespaces that are named in a cell."""
        examples = compared["cells"][cell]["examples"]
        places = (each["object"] for each in examples)
        return {place.partition("/")[2] for place in places if place.partition("/")[0] in {self.team, self.elsewhere}}


@pytest.fixture(scope="module")
def scene(installed_cluster: Cluster) -> Iterator[Scene]:
    """Custom objects, and ConfigMaps with names and annotations that tools act on, in two Namespaces."""
    cluster = installed_cluster
    cluster.create(DEFINITION)
    made = Scene(cluster, cluster.namespace(), cluster.namespace())
    for name in ("shop-1", "shop-2", "docs"):
        metadata = {"name": name, "namespace": made.team}
        cluster.create({"apiVersion": "imported.acme.io/v1", "kind": "Preview", "metadata": metadata})
    maps: list[tuple[str, str, dict[str, str]]] = [
        (made.team, "marked", {"janitor/ttl": "1h"}),
        (made.team, "session", {"k8s-ttl-controller.twin.sh/ttl": "2h"}),
        (made.team, "fraction", {"k8s-ttl-controller.twin.sh/ttl": "1.5h"}),
        (made.team, "preview-1", {}),
        (made.team, "settings", {}),
        (made.elsewhere, "preview-2", {}),
    ]
    for namespace, name, written in maps:
        metadata = {"name": name, "namespace": namespace, "annotations": written}
        cluster.create({"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata})
    before = revisions(made)
    yield made
    assert revisions(made) == before, "an import wrote to an object"
    cluster.request("DELETE", cluster.path_of(DEFINITION))


def revisions(scene: Scene) -> dict[str, str]:
    """What is there, and in which state."""
    found = {}
    for namespace in (scene.team, scene.elsewhere):
        items = scene.cluster.request("GET", f"/api/v1/namespaces/{namespace}/configmaps").body["items"]
        found.update({each["metadata"]["uid"]: each["metadata"]["resourceVersion"] for each in items})
    return found


def test_what_cannot_be_read_is_left_out_and_told(scene: Scene, tmp_path: Path) -> None:
    """One object that is nested too deeply is no reason to compare nothing: who writes objects may write such a one."""
    head = b'{"metadata":{"name":"preview-odd","managedFields":[{"manager":"a","operation":"Update","apiVersion":"v1",'
    deep = b'"fieldsType":"FieldsV1","fieldsV1":' + b'{"f:a":' * 1500 + b"{}" + b"}" * 1500 + b"}]}}"
    collection = f"/api/v1/namespaces/{scene.elsewhere}/configmaps"
    made = scene.cluster.request("POST", collection, head + deep)
    try:
        ran = scene.compare(tmp_path, CLEANUP.replace("TEAM", scene.elsewhere), "-o", "json")
    finally:
        scene.cluster.request("DELETE", f"{collection}/preview-odd")
    assert ran.code == 0, ran
    (compared,) = json.loads(ran.out)["comparisons"]
    assert scene.of_ours(compared, "both go") == {"preview-2"}
    assert made.status == 201 or not isinstance(scene.cluster, RealCluster)
    if made.status == 201:  # the embedded cluster takes none that it cannot read itself
        assert "left out of the comparison, such as " in ran.err
        assert "it is nested too deeply to be read; zen-gc keeps what it cannot read" in ran.err


def test_both_are_asked_about_the_objects_of_the_cluster(scene: Scene, tmp_path: Path) -> None:
    """The kind of a custom resource is known from the cluster; its objects and the marked one go by both."""
    ran = scene.compare(tmp_path, RULES, "-o", "json")
    assert ran.code == 0, ran
    (compared,) = json.loads(ran.out)["comparisons"]
    assert scene.of_ours(compared, "both go") == {"shop-1", "shop-2", "marked"}
    assert compared["cells"]["only ours goes"]["count"] == 0
    assert compared["cells"]["only theirs goes"]["count"] == 0


def test_a_cleanup_policy_of_a_namespace_goes_no_further(scene: Scene, tmp_path: Path) -> None:
    """As a table: the one that both take is named, and nothing is taken by ours alone."""
    ran = scene.compare(tmp_path, CLEANUP, "-o", "json")
    assert ran.code == 0, ran
    (compared,) = json.loads(ran.out)["comparisons"]
    assert scene.of_ours(compared, "both go") == {"preview-1"}
    assert compared["cells"]["both go"]["count"] == 1
    assert compared["cells"]["only ours goes"]["count"] == 0
    table = scene.compare(tmp_path, CLEANUP, "-o", "report").out
    assert "  only ours goes     0\n" in table
    assert f"ConfigMap   {scene.team}/preview-1" in table


def test_annotations_of_every_kind_are_compared(scene: Scene, tmp_path: Path) -> None:
    """A value that only the original reads is theirs alone; the exit code speaks of ours."""
    ran = scene.compare(tmp_path, "", "--from", "k8s-ttl-controller", "-o", "json")
    assert ran.code == 0, ran
    (compared,) = json.loads(ran.out)["comparisons"]
    assert scene.of_ours(compared, "both go") == {"session"}
    assert scene.of_ours(compared, "only theirs goes") == {"fraction"}
    assert compared["cells"]["only ours goes"]["count"] == 0


def test_what_is_impossible_takes_nothing(scene: Scene, tmp_path: Path) -> None:
    """The policy that comes of it lacks a condition: it is paused, and takes none of what the original may take."""
    ran = scene.compare(tmp_path, BUSY, "-o", "json")
    document = json.loads(ran.out)
    assert ran.code == 0, ran
    assert document["conversions"][0]["whole"] is False
    assert all(each["spec"]["paused"] is True for each in document["conversions"][0]["policies"])
    (compared,) = document["comparisons"]
    assert (compared["cells"]["both go"]["count"], compared["cells"]["only ours goes"]["count"]) == (0, 0)


def test_files_of_objects_beside_a_cluster_are_refused(scene: Scene, tmp_path: Path) -> None:
    """One of the two is meant."""
    ran = scene.compare(tmp_path, RULES, "--against", "objects.json")
    assert ran.code == 2
    assert ran.errors == ["--live takes the objects from the cluster: leave --against out"]


def test_who_may_not_list_gets_no_comparison(own_real_cluster: RealCluster, tmp_path: Path) -> None:
    """Part of a cluster is not the cluster: an empty cell would say that nothing more goes."""
    (tmp_path / "original.yaml").write_text(CLEANUP.replace("TEAM", "default"), encoding="utf-8")
    stranger = own_real_cluster.service_account_kubeconfig(own_real_cluster.namespace(), "stranger")
    ran = zen_gc("import", "-f", tmp_path / "original.yaml", "--live", "--kubeconfig", stranger)
    assert (ran.code, ran.out) == (1, "")
    assert "cannot list resource" in ran.err
    assert len(ran.errors) == 1


def test_a_cluster_that_is_not_there_exits_1(tmp_path: Path) -> None:
    """In one line, with its address."""
    (tmp_path / "original.yaml").write_text(CLEANUP, encoding="utf-8")
    nowhere = {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{"name": "gone", "cluster": {"server": "http://127.0.0.1:1"}}],
        "contexts": [{"name": "gone", "context": {"cluster": "gone"}}],
        "current-context": "gone",
    }
    (tmp_path / "kubeconfig").write_text(json.dumps(nowhere), encoding="utf-8")
    ran = zen_gc("import", "-f", tmp_path / "original.yaml", "--live", "--kubeconfig", tmp_path / "kubeconfig")
    assert (ran.code, ran.out) == (1, "")
    assert "127.0.0.1:1" in ran.err
    assert len(ran.errors) == 1
