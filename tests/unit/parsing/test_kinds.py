"""Kubernetes' own kinds, as they are known offline."""

from __future__ import annotations

import pytest

from zen_gc_core.engine.kinds import BuiltInKind, built_in, kinds_of, leaves_nothing


@pytest.mark.parametrize(
    ("api_version", "kind", "expected"),
    [
        ("v1", "Pod", BuiltInKind("pods", namespaced=True, served=True)),
        ("v1", "Node", BuiltInKind("nodes", namespaced=False, served=True)),
        ("v1", "Endpoints", BuiltInKind("endpoints", namespaced=True, served=True)),
        ("networking.k8s.io/v1", "NetworkPolicy", BuiltInKind("networkpolicies", namespaced=True, served=True)),
        ("networking.k8s.io/v1", "IngressClass", BuiltInKind("ingressclasses", namespaced=False, served=True)),
        (
            "coordination.k8s.io/v1beta1",
            "LeaseCandidate",
            BuiltInKind("leasecandidates", namespaced=True, served=False),
        ),
        ("batch/v1beta1", "CronJob", None),
        ("v1", "Job", None),
        ("authentication.k8s.io/v1", "TokenReview", None),
    ],
)
def test_a_built_in_kind_is_known_by_its_group_version_and_name(api_version, kind, expected):
    """Others are for the API server to know."""
    assert built_in(api_version, kind) == expected


def test_what_no_object_is_ever_kept_of_is_told_apart():
    """Nothing can be collected of them."""
    assert leaves_nothing("authentication.k8s.io/v1", "TokenReview")
    assert not leaves_nothing("v1", "Pod")


def test_the_kinds_of_a_group_and_version_are_listed():
    """For suggestions."""
    assert kinds_of("batch/v1") == ("CronJob", "Job")
    assert kinds_of("acme.io/v1") == ()
