"""``zen-gc restore NAME`` on clusters: what was deleted comes back, as far as a copy can, and nothing is written over."""

from __future__ import annotations

import base64
import json
import secrets
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import orjson
import pytest

from tests.cluster.controller.stage import MERGE, until
from tests.golden.running import zen_gc
from zen_gc_core.model.recycled import Copy, text_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.cluster.controller.controllers import Inside
    from tests.cluster.controller.stage import EmbeddedStage, Stage
    from tests.golden.running import Ran

KEEP = "gc.kube-zen.io/keep"
CONTAINER = {"name": "c", "image": "none"}
POD = {"containers": [CONTAINER], "restartPolicy": "Never"}


def restore(stage: Stage, *arguments: str) -> Ran:
    """Run the command."""
    where = () if {"--cluster", "-n"} & set(arguments) else ("-n", stage.namespace)
    return zen_gc("restore", *arguments, *where, "--kubeconfig", stage.cluster.kubeconfig_path)


def recycle(stage: Stage, path: str, *, ago: timedelta = timedelta(0), policy: str = "", uid: str = "") -> Copy:
    """Put a copy of an object into the bin as the controller would, and delete the object."""
    answer = stage.cluster.request("GET", path)
    assert answer.status == 200, answer.text
    document = answer.body
    if uid:
        document["metadata"]["uid"] = uid
    metadata = document["metadata"]
    at = datetime.now(UTC).replace(microsecond=0) - ago
    copy = Copy(
        document["apiVersion"],
        document["kind"],
        metadata.get("namespace", ""),
        metadata["name"],
        metadata["uid"],
        policy or f"{stage.namespace}/tidy",
        at,
        at + timedelta(days=7),
        "attempt",
        text_of(orjson.dumps(document)),
    )
    stage.cluster.create(copy.document())
    stage.delete(path)
    stage.cluster.request("PATCH", path, {"metadata": {"finalizers": None}}, content_type=MERGE)
    until(lambda: stage.cluster.request("GET", path).status == 404)
    return copy


def body_of(stage: Stage, path: str) -> dict[str, Any]:
    """An object as it is."""
    answer = stage.cluster.request("GET", path)
    assert answer.status == 200, answer.text
    return dict(answer.body)


def in_namespace(stage: Stage, plural: str, name: str, group: str = "api/v1") -> str:
    """Where an object is."""
    return f"/{group}/namespaces/{stage.namespace}/{plural}/{name}"


def test_a_config_map_that_a_policy_deleted_comes_back(stage: Stage, inside: Callable[..., Inside]) -> None:
    """As it was, kept for a day, and so not taken again by the policy that is still there."""
    name = stage.make(data={"a": "1"}, metadata={"annotations": {"own": "yes", "gc.kube-zen.io/marked-by": "x"}})
    before = body_of(stage, stage.config_map(name))
    policy = stage.policy(behavior={"recycle": {"keepFor": "7d"}})
    inside(stage)
    until(lambda: not stage.there(name))

    ran = restore(stage, name, "--yes")

    assert ran.code == 0, ran.err
    assert f"ConfigMap {stage.namespace}/{name}: restored, kept until " in ran.out
    assert "metadata.annotations['gc.kube-zen.io/marked-by']" in ran.out
    after = body_of(stage, stage.config_map(name))
    assert after["data"] == before["data"]
    assert after["metadata"]["labels"] == before["metadata"]["labels"]
    assert after["metadata"]["uid"] != before["metadata"]["uid"]
    kept = after["metadata"]["annotations"].pop(KEEP)
    assert after["metadata"]["annotations"] == {"own": "yes"}
    assert timedelta(hours=23) < datetime.fromisoformat(kept) - datetime.now(UTC) <= timedelta(hours=24)
    until(lambda: stage.status(policy).get("lastRun", {}).get("kept", {}).get("protected") == 1)
    assert stage.there(name)


def test_a_secret_is_recycled_gone_and_restored(stage: Stage, inside: Callable[..., Inside]) -> None:
    """Its copy is a Secret beside it and nothing else, and no policy takes that."""
    target = {"apiVersion": "v1", "kind": "Secret"}
    data = {"password": base64.b64encode(b"hunter2\x00\xff").decode()}
    name = stage.make(kind="Secret", data=data, type="Opaque")
    path = in_namespace(stage, "secrets", name)
    uid = body_of(stage, path)["metadata"]["uid"]
    stage.policy(targetResources=[target], behavior={"recycle": {"keepFor": "7d"}})
    controller = inside(stage, recycle_secrets=True)
    until(lambda: stage.cluster.request("GET", path).status == 404)
    copy = body_of(stage, in_namespace(stage, "secrets", f"r-{uid}"))
    assert copy["type"] == "gc.kube-zen.io/recycled"
    assert not copy["metadata"].get("labels")
    assert json.loads(base64.b64decode(copy["data"]["object"]))["data"] == data
    bins = f"/apis/gc.kube-zen.io/v1alpha1/namespaces/{stage.namespace}/recycledobjects"
    assert stage.cluster.request("GET", bins).body["items"] == []
    assert "hunter2" not in controller.text()
    assert data["password"] not in controller.text()

    ran = restore(stage, name, "--yes", "-o", "json")

    assert ran.code == 0, ran.err
    assert json.loads(ran.out)["copies"][0]["verdict"] == "restored"
    assert data["password"] not in ran.out
    after = body_of(stage, path)
    assert (after["data"], after["type"]) == (data, "Opaque")
    assert stage.cluster.request("GET", in_namespace(stage, "secrets", f"r-{uid}")).status == 200


def job(**spec: Any) -> dict[str, Any]:
    """The spec of a Job."""
    return {"spec": {"template": {"metadata": {"labels": {"own": "yes"}}, "spec": POD}, **spec}}


@pytest.mark.real
def test_a_job_comes_back_without_what_ties_it_to_the_old_one(real: Stage) -> None:
    """The server refuses a selector that it did not make; and a Job runs again only when that is asked for."""
    name = real.make(kind="Job", api_version="batch/v1", **job(suspend=True))
    path = in_namespace(real, "jobs", name, "apis/batch/v1")
    before = recycle(real, path)
    copied = json.loads(before.text)
    copied["metadata"] = {"name": name, "namespace": real.namespace}
    collection = path.rpartition("/")[0]
    assert real.cluster.request("POST", f"{collection}?dryRun=All", copied).status == 422

    refused = restore(real, name, "--yes")
    assert refused.code == 1
    assert "a Job runs: it would run again from its beginning (--run-again)" in refused.err
    assert real.cluster.request("GET", path).status == 404

    ran = restore(real, name, "--yes", "--run-again")
    assert ran.code == 0, ran.err
    labels = body_of(real, path)["spec"]["template"]["metadata"]["labels"]
    assert labels["own"] == "yes"
    assert before.uid not in labels.values()
    assert "spec.selector" in ran.out


@pytest.mark.real
def test_a_job_whose_selector_is_its_authors_keeps_it(real: Stage) -> None:
    """`manualSelector` says so."""
    labels = {"mine": "yes"}
    template = {"metadata": {"labels": labels}, "spec": POD}
    spec = {"suspend": True, "manualSelector": True, "selector": {"matchLabels": labels}, "template": template}
    name = real.make(kind="Job", api_version="batch/v1", spec=spec)
    path = in_namespace(real, "jobs", name, "apis/batch/v1")
    recycle(real, path)
    assert restore(real, name, "--yes", "--run-again").code == 0
    assert body_of(real, path)["spec"]["selector"] == {"matchLabels": labels}


@pytest.mark.real
def test_a_service_comes_back_though_its_addresses_are_taken(real: Stage) -> None:
    """It gets others; a headless one stays headless."""
    spec = {"type": "NodePort", "selector": {"a": "b"}, "ports": [{"port": 80}]}
    name = real.make(kind="Service", spec=spec)
    path = in_namespace(real, "services", name)
    before = json.loads(recycle(real, path).text)["spec"]
    port = {"port": 80, "nodePort": before["ports"][0]["nodePort"]}
    real.make(kind="Service", spec={"type": "NodePort", "clusterIP": before["clusterIP"], "ports": [port]})
    ran = restore(real, name, "--yes")
    assert ran.code == 0, ran.err
    after = body_of(real, path)["spec"]
    assert after["clusterIP"] != before["clusterIP"]
    assert after["ports"][0]["nodePort"] != before["ports"][0]["nodePort"]
    assert "spec.clusterIP, spec.clusterIPs, spec.ports[0].nodePort" in ran.out

    headless = real.make(kind="Service", spec={"clusterIP": "None", "ports": [{"port": 80}]})
    path = in_namespace(real, "services", headless)
    recycle(real, path)
    assert restore(real, headless, "--yes").code == 0
    assert body_of(real, path)["spec"]["clusterIP"] == "None"


@pytest.mark.real
def test_a_claim_comes_back_unbound(real: Stage) -> None:
    """Bound to a volume that is another's by now it would be lost; and nobody is told that its data are back."""
    annotations = {"pv.kubernetes.io/bind-completed": "yes", "volume.kubernetes.io/selected-node": "gone", "own": "1"}
    spec = {
        "accessModes": ["ReadWriteOnce"],
        "resources": {"requests": {"storage": "1Gi"}},
        "storageClassName": "none",
        "volumeName": "a-volume",
    }
    name = real.make(kind="PersistentVolumeClaim", metadata={"annotations": annotations}, spec=spec)
    path = in_namespace(real, "persistentvolumeclaims", name)
    recycle(real, path)
    ran = restore(real, name, "--yes", "--no-keep")
    assert ran.code == 0, ran.err
    after = body_of(real, path)
    assert "volumeName" not in after["spec"]
    assert after["metadata"]["annotations"] == {"own": "1"}
    assert "spec.volumeName" in ran.out
    assert "not brought back: " in ran.err
    assert "the data of its volume" in ran.err


@pytest.mark.real
def test_a_pod_comes_back_without_its_node(real: Stage) -> None:
    """It is scheduled anew; containers that were put into it while it ran the server refuses."""
    name = real.make(kind="Pod", spec={**POD, "nodeName": "gone", "serviceAccountName": "default"})
    path = in_namespace(real, "pods", name)
    debugger = {"name": "debug", "image": "none"}
    patched = real.cluster.request(
        "PATCH",
        f"{path}/ephemeralcontainers",
        {"spec": {"ephemeralContainers": [debugger]}},
        content_type="application/strategic-merge-patch+json",
    )
    assert patched.status == 200, patched.text
    real.cluster.request("DELETE", path, {"gracePeriodSeconds": 0, "kind": "DeleteOptions", "apiVersion": "v1"})
    document = patched.body
    at = datetime.now(UTC)
    copy = Copy(
        "v1",
        "Pod",
        real.namespace,
        name,
        document["metadata"]["uid"],
        "p",
        at,
        at + timedelta(days=1),
        "attempt",
        text_of(orjson.dumps({**document, "apiVersion": "v1", "kind": "Pod"})),
    )
    real.cluster.create(copy.document())
    until(lambda: real.cluster.request("GET", path).status == 404)
    ran = restore(real, name, "--yes", "--run-again")
    assert ran.code == 0, ran.err
    after = body_of(real, path)["spec"]
    assert "nodeName" not in after
    assert "ephemeralContainers" not in after


def test_an_owner_that_is_gone_is_left_out_and_one_that_is_there_stays(stage: Stage) -> None:
    """By its uid: the server would delete the object along with an owner that it does not find."""
    there, gone = stage.make(), stage.make()
    uid = body_of(stage, stage.config_map(there))["metadata"]["uid"]
    owners = [
        {"apiVersion": "v1", "kind": "ConfigMap", "name": there, "uid": uid},
        {"apiVersion": "v1", "kind": "ConfigMap", "name": gone, "uid": "another"},
        {"apiVersion": "gone.example.com/v1", "kind": "Gone", "name": "x", "uid": "of-no-kind"},
    ]
    name = f"x-{secrets.token_hex(4)}"
    stage.make(name)
    path = stage.config_map(name)
    document = body_of(stage, path)
    document["metadata"]["ownerReferences"] = owners
    at = datetime.now(UTC)
    named = (stage.namespace, name, document["metadata"]["uid"])
    text = text_of(orjson.dumps(document))
    stage.cluster.create(Copy("v1", "ConfigMap", *named, "p", at, at + timedelta(days=1), "a", text).document())
    stage.delete(path)
    ran = restore(stage, name, "--yes")
    assert ran.code == 0, ran.err
    assert [owner["uid"] for owner in body_of(stage, path)["metadata"]["ownerReferences"]] == [uid]
    assert "metadata.ownerReferences (2 of 3)" in ran.out


def test_what_exists_is_never_written_over(stage: Stage) -> None:
    """Whoever made it anew meant it."""
    name = stage.make(data={"a": "old"})
    recycle(stage, stage.config_map(name))
    stage.make(name, data={"a": "new"})
    ran = restore(stage, name, "--yes")
    assert ran.code == 1
    assert "one of its name is there, and is left as it is" in ran.err
    assert body_of(stage, stage.config_map(name))["data"] == {"a": "new"}


def test_all_that_a_policy_deleted_lately_comes_back_and_nothing_else(stage: Stage) -> None:
    """Of two copies of one name the newer; what is there already stays as it is."""
    names = [stage.make(data={"number": str(number)}) for number in range(4)]
    paths = [stage.config_map(name) for name in names]
    recycle(stage, paths[0])
    recycle(stage, paths[1], ago=timedelta(hours=2))
    recycle(stage, paths[2], policy=f"{stage.namespace}/another")
    stage.make(names[3], data={"number": "later"}) if not stage.there(names[3]) else None
    recycle(stage, paths[3], ago=timedelta(minutes=30))
    stage.make(names[3], data={"number": "newer"})
    recycle(stage, paths[3], ago=timedelta(minutes=1))
    ran = restore(stage, "--all", "--policy", "tidy", "--since", "1h", "--yes", "-o", "json")
    assert ran.code == 0, ran.err
    told = {(each["name"], each["verdict"]) for each in json.loads(ran.out)["copies"]}
    assert told == {(names[0], "restored"), (names[3], "restored"), (names[3], "older")}
    assert [stage.there(name) for name in names] == [True, False, False, True]
    assert body_of(stage, paths[3])["data"] == {"number": "newer"}


def test_it_shows_what_it_would_create_and_asks(stage: Stage) -> None:
    """Without a terminal there is nobody to ask, and nothing is created."""
    name = stage.make()
    recycle(stage, stage.config_map(name))
    for form in ((), ("-o", "json")):
        ran = restore(stage, name, *form)
        assert ran.code == 2
        assert name in ran.out
        assert "give --yes" in ran.err
        assert not stage.there(name)


def test_two_copies_of_one_name_are_told_apart_by_their_own(stage: Stage) -> None:
    """Nobody guesses which was meant."""
    name = stage.make(data={"a": "first"})
    first = recycle(stage, stage.config_map(name))
    stage.make(name, data={"a": "second"})
    recycle(stage, stage.config_map(name))
    ran = restore(stage, name, "--yes")
    assert ran.code == 2
    assert "there are 2 copies" in ran.err
    assert first.stored_name in ran.err
    assert restore(stage, first.stored_name, "--yes").code == 0
    assert body_of(stage, stage.config_map(name))["data"] == {"a": "first"}


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"name": "another"}, "the object in it is another one than it says"),
        ({"object": "{"}, "the object in it cannot be read"),
        ({"expiresAt": "soon"}, "is not an RFC 3339 time"),
        (
            {
                "object": '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"x","uid":"u","namespace":"kube-system"}}'
            },
            "another one",
        ),
    ],
)
def test_a_copy_that_contradicts_itself_is_not_restored(stage: Stage, change: dict[str, str], words: str) -> None:
    """Above all not into another namespace: whoever may write copies in one must not have objects made in others."""
    name = stage.make()
    copy = recycle(stage, stage.config_map(name))
    path = f"/apis/gc.kube-zen.io/v1alpha1/namespaces/{stage.namespace}/recycledobjects/{copy.stored_name}"
    stage.patch(path, {"spec": change})
    ran = restore(stage, copy.stored_name, "--yes")
    assert ran.code == 1
    assert words in ran.err
    assert not stage.there(name)


def test_what_may_give_rights_comes_back_only_by_its_name(stage: Stage) -> None:
    """Else whoever may write copies could have rights given unseen, among many others."""
    name = stage.make(kind="Role", api_version="rbac.authorization.k8s.io/v1", rules=[])
    path = in_namespace(stage, "roles", name, "apis/rbac.authorization.k8s.io/v1")
    recycle(stage, path)
    ran = restore(stage, "--all", "--yes")
    assert "it may give rights" in ran.out
    assert ran.err == "nothing is restored\n"
    assert stage.cluster.request("GET", path).status == 404
    assert restore(stage, name, "--yes").code == 0
    assert stage.cluster.request("GET", path).status == 200


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((), "say what to bring back: NAME, KIND/NAME or --all"),
        (("x", "--all"), "give NAME or --all"),
        (("deployment/x", "--since", "1h"), "--since is for what was deleted"),
        (("deployment/x", "-o", "json"), "-o is for what was deleted"),
        (("--all", "--since", "soon"), "--since: 'soon' is no duration"),
        (("",), "NAME is empty"),
        (("x", "-n", "../a"), "--namespace: "),
        (("x", "-n", "a", "--cluster"), "give --cluster or --namespace"),
        (("configmap/x",), "what was deleted is named by its NAME alone"),
        (("nothing",), "there is no copy of nothing in the recycle bin"),
        (("--all", "--policy", "x"), "there is no such copy"),
    ],
)
def test_a_wrong_question_is_one_clear_error(embedded: EmbeddedStage, arguments: tuple[str, ...], words: str) -> None:
    """With nothing on standard output."""
    ran = restore(embedded, *arguments)
    assert ran.code in {1, 2}
    assert words in ran.err
    assert ran.out == ""


def test_a_cluster_scoped_object_comes_back(stage: Stage, inside: Callable[..., Inside]) -> None:
    """From a copy that lives in no namespace, either."""
    name = f"x-{secrets.token_hex(4)}"
    document = {
        "apiVersion": "scheduling.k8s.io/v1",
        "kind": "PriorityClass",
        "metadata": {"name": name},
        "value": 7,
    }
    stage.cluster.create(document)
    path = f"/apis/scheduling.k8s.io/v1/priorityclasses/{name}"
    target = {"apiVersion": "scheduling.k8s.io/v1", "kind": "PriorityClass", "names": [name]}
    stage.policy(
        kind="ClusterGarbageCollectionPolicy", targetResources=[target], behavior={"recycle": {"keepFor": "1h"}}
    )
    inside(stage, allow_resource=("priorityclasses.scheduling.k8s.io",))
    until(lambda: stage.cluster.request("GET", path).status == 404)
    ran = restore(stage, name, "--cluster", "--yes")
    assert ran.code == 0, ran.err
    assert body_of(stage, path)["value"] == 7
