"""Which resource a kind is, on servers with and without aggregated discovery, and with parts that are down."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from zen_gc_embedded import Fault, Request

from tests.cluster.client.conftest import POLICY_CRDS
from zen_gc_core.cluster.discovery import API_SERVICES, Resources
from zen_gc_core.cluster.errors import MalformedAnswer, ServerFailed, TargetUnavailable
from zen_gc_core.cluster.resource import Resource

if TYPE_CHECKING:
    from collections.abc import Callable

    from zen_gc_embedded import EmbeddedCluster

    from tests.cluster.client.conftest import Lab, Naps

POLICY = ("gc.kube-zen.io/v1alpha1", "GarbageCollectionPolicy")


def answering(documents: dict[str, Any]) -> Callable[[Request], Fault | None]:
    """Answers some paths with documents."""

    def hook(request: Request) -> Fault | None:
        if request.path not in documents:
            return None
        content = documents[request.path]
        return Fault(status=content) if isinstance(content, int) else Fault(body=json.dumps(content).encode())

    return hook


def services(*specs: dict[str, Any]) -> dict[str, Any]:
    """A list of APIServices."""
    return {"kind": "APIServiceList", "metadata": {"resourceVersion": "1"}, "items": [{"spec": spec} for spec in specs]}


def discovered(*groups: dict[str, Any]) -> dict[str, Any]:
    return {"kind": "APIGroupDiscoveryList", "apiVersion": "apidiscovery.k8s.io/v2", "items": list(groups)}


def group(name: str, freshness: str = "Current", kind: str = "Thing") -> dict[str, Any]:
    entry = {"resource": "things", "responseKind": {"kind": kind}, "scope": "Namespaced", "verbs": ["list", "delete"]}
    resources = [entry] if kind else []
    return {
        "metadata": {"name": name},
        "versions": [{"version": "v1", "freshness": freshness, "resources": resources}],
    }


@pytest.mark.parametrize(
    ("api_version", "kind", "plural", "namespaced"),
    [
        ("v1", "Pod", "pods", True),
        ("v1", "Namespace", "namespaces", False),
        ("batch/v1", "Job", "jobs", True),
        ("networking.k8s.io/v1", "Ingress", "ingresses", True),
        ("discovery.k8s.io/v1", "EndpointSlice", "endpointslices", True),
        ("rbac.authorization.k8s.io/v1", "ClusterRole", "clusterroles", False),
        ("v1", "Endpoints", "endpoints", True),
    ],
)
def test_a_kind_is_found_as_the_server_says(
    lab: Lab, *, api_version: str, kind: str, plural: str, namespaced: bool
) -> None:
    """On both servers; plurals are theirs."""
    found = lab.resource(api_version, kind)
    assert (found.plural, found.namespaced, found.kind) == (plural, namespaced, kind)
    assert (found.api_version, found.aggregated) == (api_version, False)
    assert {"get", "list", "delete"} <= found.verbs


@pytest.mark.usefixtures("policies")
def test_a_custom_kind_is_found_and_is_not_aggregated(lab: Lab) -> None:
    """A CRD is served by the API server itself: preconditions hold."""
    found = lab.resource(*POLICY)
    assert (str(found), found.aggregated) == ("garbagecollectionpolicies.gc.kube-zen.io", False)


@pytest.mark.parametrize(
    ("api_version", "kind", "said"),
    [
        ("v1", "Job", r"v1 has no kind Job \(Job is in batch/v1\)"),
        ("batch/v2", "Job", r"batch/v2 is not served, so there is no Job \(Job is in batch/v1\)"),
        ("v1", "Confgmap", r"v1 has no kind Confgmap; did you mean 'ConfigMap'\?"),
        ("acme.example/v1", "Rocket", r"acme.example/v1 is not served, so there is no Rocket: is its CRD"),
    ],
)
def test_a_kind_that_is_not_served_is_unavailable_and_never_empty(
    lab: Lab, api_version: str, kind: str, said: str
) -> None:
    """The text says where it is, when it is anywhere."""
    with pytest.raises(TargetUnavailable, match=said):
        lab.resource(api_version, kind)


def test_a_kind_that_appears_later_is_found_after_a_while(broken: Lab, server: EmbeddedCluster, naps: Naps) -> None:
    """A miss asks the server again, but not all the time."""
    resources = Resources(broken.connection, naps.clock)
    with pytest.raises(TargetUnavailable):
        resources.resolve(*POLICY)
    server.seed(POLICY_CRDS[:1])
    asked = len(server.requests)
    with pytest.raises(TargetUnavailable):
        resources.resolve(*POLICY)
    assert len(server.requests) == asked
    naps(5)
    assert resources.resolve(*POLICY).plural == "garbagecollectionpolicies"


def test_what_is_known_is_not_asked_again_until_it_is_forgotten(broken: Lab, server: EmbeddedCluster) -> None:
    """One look serves all kinds."""
    pods = broken.resource("v1", "Pod")
    asked = len(server.requests)
    assert broken.resource("batch/v1", "Job").plural == "jobs"
    assert broken.resource("v1", "Pod") is pods
    assert len(server.requests) == asked
    broken.resources.forget(pods)
    assert broken.resource("v1", "Pod") == pods
    assert len(server.requests) > asked


def test_a_server_without_aggregated_discovery_is_asked_a_group_at_a_time(broken: Lab, server: EmbeddedCluster) -> None:
    """Kubernetes before 1.27, and API servers that are none."""
    plain = {"kind": "APIGroupList", "apiVersion": "v1", "groups": []}
    server.faults = answering({"/api": {"kind": "APIVersions", "versions": ["v1"]}, "/apis": plain})
    assert broken.resource("batch/v1", "Job").plural == "jobs"
    assert broken.resource("v1", "Pod").plural == "pods"
    with pytest.raises(TargetUnavailable, match=r"acme\.example/v1 is not served"):
        broken.resource("acme.example/v1", "Rocket")
    server.faults = answering({"/api": plain, "/apis": plain, "/apis/apps/v1": 503})
    with pytest.raises(TargetUnavailable, match=r"the API server behind apps/v1 does not answer"):
        broken.resource("apps/v1", "Deployment")
    assert broken.resource("batch/v1", "Job").plural == "jobs"


def test_an_aggregated_api_that_is_down_hurts_its_own_kinds_alone(broken: Lab, server: EmbeddedCluster) -> None:
    """The others are found; its own are said to be away, not gone."""
    document = discovered(group("acme.example"), group("down.example", "Stale", ""), group("old.example", "Stale"))
    server.faults = answering({"/apis": document, API_SERVICES: services()})
    assert broken.resource("acme.example/v1", "Thing").plural == "things"
    assert broken.resource("old.example/v1", "Thing").plural == "things"
    with pytest.raises(TargetUnavailable, match=r"the API server behind down\.example/v1 does not answer"):
        broken.resource("down.example/v1", "Thing")


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (services({"group": "acme.example", "version": "v1", "service": {"name": "x"}}), True),
        (services({"group": "acme.example", "version": "v1", "service": None}), False),
        (services(), False),
        (403, None),
        (404, False),
    ],
)
def test_a_kind_behind_an_api_server_of_its_own_is_told(
    broken: Lab, server: EmbeddedCluster, *, answer: Any, expected: bool | None
) -> None:
    """It may ignore preconditions; where the APIServices cannot be read, nobody knows."""
    server.faults = answering({"/apis": discovered(group("acme.example")), API_SERVICES: answer})
    assert broken.resource("acme.example/v1", "Thing").aggregated is expected
    assert broken.resource("v1", "Pod").aggregated is False


@pytest.mark.parametrize(
    "answer",
    [
        {"items": []},
        {"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Success"},
        {"kind": "APIServiceList", "metadata": {}},
        {"kind": "APIServiceList", "metadata": {}, "items": {}},
        {"kind": "APIServiceList", "metadata": {"continue": "more"}, "items": []},
        {"kind": "APIServiceList", "metadata": {}, "items": [{"spec": {"group": "acme.example", "version": 1}}]},
        {"kind": "APIServiceList", "metadata": {}, "items": [None]},
    ],
)
def test_an_answer_that_is_no_whole_list_of_api_services_is_not_nothing_aggregated(
    broken: Lab, server: EmbeddedCluster, answer: dict[str, Any]
) -> None:
    """No list, half of one, or one with something odd in it: the kind cannot be used now."""
    server.faults = answering({"/apis": discovered(group("acme.example")), API_SERVICES: answer})
    with pytest.raises(MalformedAnswer, match="no whole list of APIServices"):
        broken.resource("acme.example/v1", "Thing")


@pytest.mark.parametrize(
    "items",
    [[1], [{"versions": 1}], [{"metadata": {"name": {}}, "versions": [{"version": "v1", "resources": [[]]}]}], {}, "x"],
)
def test_a_discovery_document_with_anything_in_it_is_malformed(
    broken: Lab, server: EmbeddedCluster, items: Any
) -> None:
    """Whatever looking at it raises; no kind is made of it."""
    server.faults = answering({"/apis": {"kind": "APIGroupDiscoveryList", "items": items}, API_SERVICES: services()})
    with pytest.raises(MalformedAnswer):
        broken.resource("acme.example/v1", "Thing")


@pytest.mark.parametrize(
    ("answers", "api_version", "kind"),
    [
        ({"/apis": 500}, "batch/v1", "Job"),
        ({"/apis": discovered(group("acme.example")), API_SERVICES: 500}, "acme.example/v1", "Thing"),
    ],
)
def test_a_server_that_fails_is_an_error_and_not_a_missing_kind(
    broken: Lab, server: EmbeddedCluster, answers: dict[str, Any], api_version: str, kind: str
) -> None:
    """500 is not 404."""
    server.faults = answering(answers)
    with pytest.raises(ServerFailed):
        broken.resource(api_version, kind)


def test_nobody_is_asked_about_groups_that_the_api_server_serves_itself(broken: Lab, server: EmbeddedCluster) -> None:
    """They are a table; without the right to list APIServices they go on."""
    server.faults = answering({API_SERVICES: 500})
    assert broken.resource("apps/v1", "Deployment").aggregated is False
    assert not [each for each in server.requests if each.path == API_SERVICES]


def test_an_api_service_that_appears_later_is_seen(broken: Lab, server: EmbeddedCluster) -> None:
    """Within half a minute, though the kind is known."""
    now = 1000.0
    resources = Resources(broken.connection, lambda: now)
    documents: dict[str, Any] = {"/apis": discovered(group("acme.example")), API_SERVICES: services()}
    server.faults = answering(documents)
    assert resources.resolve("acme.example/v1", "Thing").aggregated is False
    documents[API_SERVICES] = services({"group": "acme.example", "version": "v1", "service": {"name": "x"}})
    now += 29
    assert resources.resolve("acme.example/v1", "Thing").aggregated is False
    now += 1
    assert resources.resolve("acme.example/v1", "Thing").aggregated is True


PODS = Resource("", "v1", "pods", "Pod", namespaced=True)
NODES = Resource("", "v1", "nodes", "Node", namespaced=False)
ROLES = Resource("rbac.authorization.k8s.io", "v1", "roles", "Role", namespaced=True)


@pytest.mark.parametrize(
    ("resource", "namespace", "name", "path"),
    [
        (PODS, None, None, "/api/v1/pods"),
        (PODS, "a", None, "/api/v1/namespaces/a/pods"),
        (PODS, "a", "b", "/api/v1/namespaces/a/pods/b"),
        (NODES, None, "b", "/api/v1/nodes/b"),
        (ROLES, "a", "x:y", "/apis/rbac.authorization.k8s.io/v1/namespaces/a/roles/x%3Ay"),
        (PODS, "a", "../../x?y", "/api/v1/namespaces/a/pods/..%2F..%2Fx%3Fy"),
    ],
)
def test_paths_are_escaped(resource: Resource, namespace: str | None, name: str | None, path: str) -> None:
    """Names come from the cluster, and the cluster from many."""
    assert resource.path(namespace, name) == path


@pytest.mark.parametrize(
    ("resource", "namespace", "name"),
    [
        (PODS, "a", ""),
        (PODS, "", "b"),
        (PODS, "", None),
        (PODS, None, "b"),
        (NODES, "a", "b"),
        (PODS, "a", ".."),
        (NODES, None, ""),
    ],
)
def test_an_empty_name_never_becomes_a_collection(resource: Resource, namespace: str | None, name: str | None) -> None:
    """A DELETE of a collection deletes all of it."""
    with pytest.raises(ValueError, match="no path"):
        resource.path(namespace, name)
