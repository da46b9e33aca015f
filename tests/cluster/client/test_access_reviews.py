"""Access reviews are asked once for a while, and each answer is one person's."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest
from zen_gc_embedded import Fault

from zen_gc_core.cluster.access_reviews import GRANTED_SECONDS, REFUSED_SECONDS, AccessReviews
from zen_gc_core.cluster.errors import AccessDenied
from zen_gc_core.cluster.impersonating import ConnectionAs
from zen_gc_core.cluster.resource import Resource
from zen_gc_core.errors import ClusterError
from zen_gc_core.model.accounts import Account

if TYPE_CHECKING:
    from zen_gc_embedded import EmbeddedCluster

    from tests.cluster.client.conftest import Lab

CONFIG_MAPS = Resource("", "v1", "configmaps", "ConfigMap", namespaced=True)
SECRETS = Resource("", "v1", "secrets", "Secret", namespaced=True)
ROLES = Resource("rbac.authorization.k8s.io", "v1", "roles", "Role", namespaced=True)


class Clock:
    """A clock that is set by hand."""

    now = 1000.0

    def __call__(self) -> float:
        return self.now


def refused(server: EmbeddedCluster) -> None:
    """Let every review say no."""
    body = b'{"kind":"SelfSubjectAccessReview","apiVersion":"authorization.k8s.io/v1","status":{"allowed":false}}'
    server.faults = lambda each: Fault(status=201, body=body) if "accessreviews" in each.path else None


def asked(server: EmbeddedCluster) -> int:
    """How many reviews were asked for since."""
    return len([each for each in server.requests if "accessreviews" in each.path])


def test_a_thousand_policies_ask_once(broken: Lab, server: EmbeddedCluster) -> None:
    """Also when they come at the same time."""
    reviews = AccessReviews(broken.connection)
    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(lambda _: reviews.may("list", CONFIG_MAPS, "lab"), range(1000)))
    assert asked(server) == 1


def test_each_question_is_its_own(broken: Lab, server: EmbeddedCluster) -> None:
    """By verb, group, resource, subresource, namespace and identity."""
    reviews = AccessReviews(broken.connection)
    others = reviews.seen_by(ConnectionAs(broken.connection, Account("lab", "one")))
    for _ in range(2):
        reviews.may("list", CONFIG_MAPS)
        reviews.may("get", CONFIG_MAPS)
        reviews.may("list", SECRETS)
        reviews.may("list", ROLES)
        reviews.may("list", CONFIG_MAPS, "lab")
        reviews.may("list", CONFIG_MAPS, subresource="status")
        others.may("list", CONFIG_MAPS, "lab")
    assert asked(server) == 7


def test_a_right_counts_for_ten_minutes_and_a_refusal_for_half_of_one(broken: Lab, server: EmbeddedCluster) -> None:
    """Then it is asked anew."""
    clock = Clock()
    reviews = AccessReviews(broken.connection, clock)
    reviews.require("delete", CONFIG_MAPS)
    clock.now += GRANTED_SECONDS - 1
    reviews.require("delete", CONFIG_MAPS)
    assert asked(server) == 1
    refused(server)
    clock.now += 1
    for seconds in (0.0, REFUSED_SECONDS - 1):
        clock.now += seconds
        with pytest.raises(AccessDenied, match="delete"):
            reviews.require("delete", CONFIG_MAPS)
    assert asked(server) == 2
    server.faults = None
    clock.now += 1
    reviews.require("delete", CONFIG_MAPS)
    assert asked(server) == 3


def test_what_is_forgotten_is_asked_anew_and_others_are_not(broken: Lab, server: EmbeddedCluster) -> None:
    """A 403 is about one identity."""
    reviews = AccessReviews(broken.connection)
    others = reviews.seen_by(ConnectionAs(broken.connection, Account("lab", "one")))
    reviews.may("list", CONFIG_MAPS, "lab")
    others.may("list", CONFIG_MAPS, "lab")
    reviews.forget()
    reviews.may("list", CONFIG_MAPS, "lab")
    others.may("list", CONFIG_MAPS, "lab")
    assert asked(server) == 3


def test_a_server_that_does_not_say_is_asked_again(broken: Lab, server: EmbeddedCluster) -> None:
    """What failed is no answer."""
    reviews = AccessReviews(broken.connection)
    server.faults = lambda _: Fault(status=500)
    with pytest.raises(ClusterError):
        reviews.may("list", CONFIG_MAPS)
    server.faults = None
    assert reviews.may("list", CONFIG_MAPS)
