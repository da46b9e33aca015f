"""Namespaces for keep marks and selectors, and what we may do."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from zen_gc_embedded import Fault

from zen_gc_core.cluster.access import may
from zen_gc_core.cluster.access_reviews import AccessReviews
from zen_gc_core.cluster.connection import Connection
from zen_gc_core.cluster.discovery import Resources
from zen_gc_core.cluster.errors import AccessDenied
from zen_gc_core.cluster.namespaces import Namespaces
from zen_gc_core.errors import Undecided

if TYPE_CHECKING:
    from zen_gc_embedded import EmbeddedCluster

    from tests.cluster.client.conftest import Lab, Naps
    from tests.harness.real import RealCluster


def mark(lab: Lab, labels: dict[str, str | None]) -> None:
    body = {"metadata": {"labels": labels}}
    path = f"/api/v1/namespaces/{lab.namespace}"
    assert lab.connection.request("PATCH", path, body=body, content_type="application/merge-patch+json").status == 200


def test_a_namespace_is_as_it_was_at_most_five_seconds_ago(lab: Lab, naps: Naps) -> None:
    """Its marks are seen soon, and not asked for each object."""
    told: list[str] = []
    lab.connection._observe = lambda verb, _status, _seconds: told.append(verb)
    namespaces = Namespaces(lab.connection, naps.clock)
    assert "team" not in namespaces(lab.namespace).labels
    mark(lab, {"team": "a"})
    assert "team" not in namespaces(lab.namespace).labels
    naps(5)
    found = namespaces(lab.namespace)
    assert found.labels["team"] == "a"
    assert found.object is not None
    assert found.object["metadata"]["name"] == lab.namespace
    assert told.count("GET") == 2


def test_whether_a_namespace_is_there_costs_nothing_beside_its_marks(lab: Lab, naps: Naps) -> None:
    """One request answers both for five seconds, also that there is none."""
    told: list[str] = []
    lab.connection._observe = lambda verb, _status, _seconds: told.append(verb)
    namespaces = Namespaces(lab.connection, naps.clock)
    assert [namespaces.has(name) for name in (lab.namespace, "nobody") * 2] == [True, False] * 2
    assert namespaces(lab.namespace).name == lab.namespace
    with pytest.raises(Undecided, match="its Namespace nobody does not exist"):
        namespaces("nobody")
    assert told.count("GET") == 2
    naps(5)
    assert namespaces.has(lab.namespace)
    assert told.count("GET") == 3


def test_a_namespace_that_cannot_be_read_is_neither_there_nor_missing(broken: Lab, server: EmbeddedCluster) -> None:
    """Who asks is told why, each time."""
    server.faults = lambda _: Fault(status=403)
    namespaces = Namespaces(broken.connection)
    for _ in range(2):
        with pytest.raises(AccessDenied):
            namespaces.has("lab")


@pytest.mark.parametrize("name", ["", "nobody"])
def test_a_namespace_that_is_not_there_is_undecided(lab: Lab, name: str) -> None:
    """Never one without marks."""
    with pytest.raises(Undecided):
        Namespaces(lab.connection)(name)


def test_a_namespace_that_cannot_be_read_is_undecided_for_as_long(
    broken: Lab, server: EmbeddedCluster, naps: Naps
) -> None:
    """And is asked for again after that."""
    namespaces = Namespaces(broken.connection, naps.clock)
    server.faults = lambda _: Fault(status=403)
    for _ in range(3):
        with pytest.raises(Undecided, match="Namespace lab cannot be read: access denied"):
            namespaces("lab")
    assert len(server.requests) == 1
    server.faults = None
    naps(5)
    assert namespaces("lab").name == "lab"


def test_a_selector_takes_the_namespaces_that_carry_its_labels(lab: Lab) -> None:
    """None is none, and not all."""
    namespaces = Namespaces(lab.connection)
    assert namespaces.names("only=this-test-of-selectors") == frozenset()
    mark(lab, {"only": "this-test-of-selectors"})
    assert namespaces.names("only=this-test-of-selectors") == {lab.namespace}
    assert {"default", lab.namespace} <= namespaces.names()


def test_what_the_administrator_may_do_is_everything(lab: Lab) -> None:
    """On both servers."""
    pods = lab.resource("v1", "Pod")
    assert may(lab.connection, "delete", pods, lab.namespace)
    AccessReviews(lab.connection).require("list", pods)


def test_a_service_account_without_rights_is_told_which_it_lacks(real_cluster: RealCluster) -> None:
    """Where there is RBAC: before it tries, and when it does; the verb, the resource and the server's own words."""
    namespace = real_cluster.namespace()
    nobody = real_cluster.service_account_kubeconfig(namespace, "nobody")
    with Connection.open(kubeconfig=nobody) as connection:
        pods = Resources(connection).resolve("v1", "Pod")
        assert not may(connection, "delete", pods, namespace)
        with pytest.raises(AccessDenied, match=f"grant the verb delete on pods in namespace {namespace}$"):
            AccessReviews(connection).require("delete", pods, namespace)
        with pytest.raises(AccessDenied) as caught:
            Namespaces(connection).names()
    assert "grant the verb list on namespaces" in str(caught.value)
    assert 'cannot list resource "namespaces"' in str(caught.value)
