"""Paths of ``related`` against the schema that the API server serves: a typo is refused, what it does not say is not."""

from __future__ import annotations

import contextlib
import json
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from zen_gc_embedded import Fault

from tests.cluster.controller.stage import until
from tests.cluster.controller.test_related import SOON, aged, once
from tests.golden.running import zen_gc
from tests.harness.definitions import custom_resource_definition
from zen_gc_core.model.policy import API_VERSION, NAMESPACED

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from zen_gc_embedded.faults import Request

    from tests.cluster.controller.controllers import Inside
    from tests.cluster.controller.stage import EmbeddedStage, Stage

GROUP = "schemas.example.com"
USERS = f"{GROUP}/v1"
TEXT = {"type": "string"}
USES = {"type": "array", "items": {"type": "object", "properties": {"config": TEXT}}}
FREE = {"type": "object", "x-kubernetes-preserve-unknown-fields": True}
SPEC = {"type": "object", "properties": {"uses": USES, "size": {"type": "integer"}, "free": FREE}}
SCHEMA = {"schema": {"openAPIV3Schema": {"type": "object", "properties": {"spec": SPEC}}}}
DEFINITION = custom_resource_definition(GROUP, "User", "v1", **SCHEMA)
PLACE = "spec.conditions.related[0].by"
NOTHING_TOLD = "User objects are not known: none has "


@pytest.fixture
def users(stage: Stage) -> Iterator[Stage]:
    """A cluster that serves a kind, and tells its schema."""
    with serving(stage):
        yield stage


@contextlib.contextmanager
def serving(stage: Stage) -> Iterator[None]:
    """Serve the kind; wait until its schema is told, which a real server does a moment later."""
    stage.cluster.create(DEFINITION)
    until(lambda: "uses" in json.dumps(stage.cluster.request("GET", f"/openapi/v3/apis/{USERS}").body), "it is told")
    yield
    path = f"/apis/apiextensions.k8s.io/v1/customresourcedefinitions/users.{GROUP}"
    stage.delete(path)
    until(lambda: stage.cluster.request("GET", path).status == 404, "the kind is gone")


def by(theirs: str, mine: str = "metadata.name") -> dict[str, Any]:
    """Conditions that ask for users of that kind."""
    them = {"apiVersion": USERS, "kind": "User", "by": {"theirs": theirs, "mine": mine}, "are": "none"}
    return {"related": [them]}


def pods_by(theirs: str) -> dict[str, Any]:
    """Conditions that ask for Pods."""
    return {
        "related": [
            {"apiVersion": "v1", "kind": "Pod", "by": {"theirs": theirs, "mine": "metadata.name"}, "are": "none"}
        ]
    }


@pytest.mark.parametrize(
    ("path", "wrong"),
    [
        ("spec.use[].config", "theirs: spec of User has no field 'use'; did you mean 'uses'?"),
        ("spec.uses[].confg", "theirs: spec.uses[] of User has no field 'confg'; did you mean 'config'?"),
        ("spec.uses.config", "theirs: spec.uses of User is a list: write spec.uses[] for each of its items"),
        ("spec.size", "theirs: spec.size of User is a number, and no text"),
    ],
)
def test_a_path_that_the_schema_does_not_know_makes_the_policy_invalid(
    users: Stage, inside: Callable[..., Inside], path: str, wrong: str
) -> None:
    """On either cluster, in the controller and in a plan; nothing is listed and nothing goes."""
    (name,) = aged(users, 1)
    policy = users.policy(conditions=by(path), ttl=SOON, evaluationInterval="1h")
    inside(users)
    until(lambda: users.reason(policy) == "InvalidPolicy")
    assert f"{PLACE}.{wrong}" in users.condition(policy)["message"]
    ran = zen_gc("plan", policy, "-n", users.namespace, "--kubeconfig", users.cluster.kubeconfig_path)
    assert (ran.code, f"{PLACE}.{wrong}" in ran.err + ran.out) == (2, True), ran
    assert users.names() == {name}


def test_a_schema_without_fields_has_metadata_all_the_same(embedded: EmbeddedStage) -> None:
    """One definition that says that there are none takes nothing from the others of its group."""
    schema = {"openAPIV3Schema": {"type": "object", "properties": None}}
    embedded.cluster.create(custom_resource_definition("batch.example", "Thing", "v1", schema=schema))
    answer = embedded.cluster.request("GET", "/openapi/v3/apis/batch.example/v1")
    assert answer.status == 200, answer.text
    (thing,) = (each for name, each in answer.body["components"]["schemas"].items() if name.endswith("Thing"))
    assert "metadata" in thing["properties"]


def test_every_kind_has_metadata_though_its_definition_does_not_say_so(users: Stage, tmp_path: Path) -> None:
    """The server adds it to the schema that it tells."""
    related = {"apiVersion": "v1", "kind": "ConfigMap", "by": {"theirs": "data.of", "mine": "metadata.name"}}
    spec = {
        "targetResources": [{"apiVersion": USERS, "kind": "User"}],
        "conditions": {"related": [{**related, "are": "none"}]},
        "ttl": {"after": {"since": "held", "wait": "1h"}},
    }
    metadata = {"name": "of-users", "namespace": users.namespace}
    path = tmp_path / "policy.json"
    path.write_text(json.dumps({"apiVersion": API_VERSION, "kind": NAMESPACED, "metadata": metadata, "spec": spec}))
    ran = zen_gc("plan", "-f", path, "--live", "--kubeconfig", users.cluster.kubeconfig_path)
    assert (ran.code, ran.err) == (0, "")


def test_a_path_that_the_schema_knows_need_not_be_in_any_object(users: Stage, inside: Callable[..., Inside]) -> None:
    """There is no such object at all, and that is the answer; where the schema leaves it open, it is none."""
    (name,) = aged(users, 1)
    open_policy = users.policy(conditions=by("spec.free.config"), ttl=SOON, evaluationInterval="1h")
    controller = inside(users)
    until(lambda: users.settled(open_policy).get("lastRun"))
    assert users.status(open_policy)["lastRun"]["kept"]["error"] == 1
    ran = zen_gc("plan", open_policy, "-n", users.namespace, "--kubeconfig", users.cluster.kubeconfig_path)
    assert NOTHING_TOLD + "spec.free.config" in ran.out
    assert users.names() == {name}
    users.policy(conditions=by("spec.uses[].config"), ttl=SOON)
    until(lambda: users.names() == set(), "it goes")
    controller.stop()


@pytest.mark.real
@pytest.mark.parametrize(
    ("theirs", "wrong"),
    [
        ("spec.volumes[].configmap.name", "spec.volumes[] of Pod has no field 'configmap'; did you mean 'configMap'?"),
        ("spec.volumes.configMap.name", "spec.volumes of Pod is a list: write spec.volumes[] for each of its items"),
        ("spec.containers[].ports[].containerPort", "containerPort of Pod is a number, and no text"),
    ],
)
def test_so_it_is_with_the_kinds_of_kubernetes(
    real: Stage, inside: Callable[..., Inside], theirs: str, wrong: str
) -> None:
    """Whose schemas the embedded server does not tell."""
    (name,) = aged(real, 1)
    policy = real.policy(conditions=pods_by(theirs), ttl=SOON, evaluationInterval="1h")
    once(inside, real)
    assert real.reason(policy) == "InvalidPolicy"
    assert wrong in real.condition(policy)["message"]
    assert real.names() == {name}


@pytest.mark.real
def test_a_field_that_no_row_has_and_the_schema_of_kubernetes_knows(real: Stage, inside: Callable[..., Inside]) -> None:
    """No Pod need have it."""
    aged(real, 1)
    real.policy(conditions=pods_by("spec.volumes[].cephfs.user"), ttl=SOON)
    once(inside, real)
    assert real.names() == set()


@pytest.mark.parametrize(
    ("mine", "refused_by"), [("metadata.nmae", {"embedded", "real"}), ("datta.x", {"real"}), ("data.x", set())]
)
def test_a_path_of_ones_own_is_asked_likewise(
    users: Stage, inside: Callable[..., Inside], mine: str, refused_by: set[str]
) -> None:
    """What metadata has is known anyhow; the embedded server tells nothing of ConfigMaps; a map has any keys."""
    (name,) = aged(users, 1)
    policy = users.policy(conditions=by("spec.uses[].config", mine), ttl=SOON, evaluationInterval="1h")
    once(inside, users)
    refused = users.cluster.name in refused_by
    assert users.reason(policy) == ("InvalidPolicy" if refused else "Evaluated"), users.condition(policy)
    assert users.names() == {name}


def test_a_path_of_ones_own_kind_is_held_against_its_schema(users: Stage, inside: Callable[..., Inside]) -> None:
    """Also where that is a custom kind."""
    conditions = {**pods_by("spec.volumes[].configMap.name")}
    conditions["related"][0]["by"]["mine"] = "spec.uses.config"
    policy = users.policy(targetResources=[{"apiVersion": USERS, "kind": "User"}], conditions=conditions, ttl=SOON)
    once(inside, users)
    assert f"{PLACE}.mine: spec.uses of User is a list" in users.condition(policy)["message"]


@pytest.mark.parametrize("status", [403, 404, 500, 200])
def test_a_schema_that_cannot_be_read_is_no_reason_to_refuse(
    embedded: EmbeddedStage, inside: Callable[..., Inside], status: int
) -> None:
    """Then nothing tells that the path is right, and everything is kept."""
    with serving(embedded):
        (name,) = aged(embedded, 1)
        fault = Fault(status=status) if status != 200 else Fault(body=b'{"components": {"schemas": ["nonsense"]}}')
        embedded.server.faults = lambda each: fault if each.path.startswith("/openapi/v3/") else None
        policy = embedded.policy(conditions=by("spec.use[].config"), ttl=SOON, evaluationInterval="1h")
        once(inside, embedded)
        embedded.server.faults = None
        status_now = embedded.status(policy)
        assert (status_now["lastRun"]["kept"]["error"], embedded.names()) == (1, {name})
        assert "spec.use[].config" in embedded.condition(policy, "Degraded")["message"]


def test_a_schema_is_read_for_many_policies_together(embedded: EmbeddedStage, inside: Callable[..., Inside]) -> None:
    """Once an edition; of this server each look finds a new one."""
    with serving(embedded):
        policies = [
            embedded.policy(conditions=by("spec.uses[].config"), ttl={"afterCreation": "1h"}, evaluationInterval="1h")
            for _ in range(5)
        ]
        asked: list[str] = []

        def note(request: Request) -> None:
            asked.append(request.path)

        embedded.server.faults = note
        once(inside, embedded)
        assert all(embedded.reason(each) == "Evaluated" for each in policies)
        assert 0 < asked.count(f"/openapi/v3/apis/{USERS}") < len(policies)


def test_a_definition_among_the_files_is_asked_without_a_cluster(tmp_path: Path) -> None:
    """By ``validate`` and ``plan -f``; without one, a note says who would know."""
    document = {
        "apiVersion": API_VERSION,
        "kind": NAMESPACED,
        "metadata": {"name": "p", "namespace": "ci"},
        "spec": {
            "targetResources": [{"apiVersion": "v1", "kind": "ConfigMap"}],
            "conditions": by("spec.use[].config"),
            "ttl": {"after": {"since": "held", "wait": "1d"}},
        },
    }
    policy, definition = tmp_path / "policy.yaml", tmp_path / "definition.yaml"
    policy.write_text(yaml.safe_dump(document))
    definition.write_text(yaml.safe_dump(DEFINITION))
    wrong = f"{PLACE}.theirs: spec of User has no field 'use'; did you mean 'uses'?"

    alone = zen_gc("validate", "-f", policy)
    assert alone.code == 0
    assert (
        f"note: {PLACE}.theirs: whether User objects have spec.use[].config is not known without a cluster: zen-gc plan "
        "over a cluster tells, or its CustomResourceDefinition among the files" in alone.err
    )
    refused = zen_gc("validate", "-f", policy, "-f", definition)
    assert (refused.code, wrong in refused.err) == (2, True), refused
    planned = zen_gc("plan", "-f", policy, "-f", definition)
    assert (planned.code, wrong in planned.err) == (2, True), planned
    policy.write_text(policy.read_text().replace("spec.use[]", "spec.uses[]"))
    right = zen_gc("validate", "-f", policy, "-f", definition)
    assert (right.code, right.err) == (0, "")
