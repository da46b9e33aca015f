"""What a wildcard means on a cluster: what is served, by whom, in which version; what is not known is never taken for nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.cluster.client.test_discovery import answering, discovered, services
from tests.unit.engine.situations import compiled_once, document
from zen_gc_core.cluster.discovery import API_SERVICES
from zen_gc_core.cluster.errors import AccessDenied, ListIncomplete, TargetUnavailable, Unauthorized
from zen_gc_core.controller.runs.every_kind import every_kind
from zen_gc_core.controller.runs.members import Member
from zen_gc_core.controller.runs.unlisted import failure_of
from zen_gc_core.engine.protections import Grants

if TYPE_CHECKING:
    from zen_gc_embedded import EmbeddedCluster

    from tests.cluster.client.conftest import Lab
    from zen_gc_core.engine.compiling import CompiledPolicy

EVERY = {"apiVersion": "*", "kind": "*", "namespaces": ["*"]}
TTL = {"expiresAt": {"path": "metadata.annotations['acme.io/until']"}}
WHOLE = ("list", "get", "delete", "patch")
ALLOWED = Grants(resources=frozenset({"things.acme.example"}))


def policy(*others: dict[str, Any], **target: Any) -> CompiledPolicy:
    """A policy with a wildcard."""
    made = document(ttl=TTL)
    made["spec"]["targetResources"] = [{**EVERY, **target}, *others]
    return compiled_once(made)


def group(name: str, *versions: str, verbs: tuple[str, ...] = WHOLE, scope: str = "Namespaced") -> dict[str, Any]:
    """A group with the kind Thing; a version that begins with ``-`` does not serve it, one with ``?`` is silent."""
    entry = {"resource": "things", "responseKind": {"kind": "Thing"}, "scope": scope, "verbs": list(verbs)}
    other = {"resource": "gadgets", "responseKind": {"kind": "Gadget"}, "scope": scope, "verbs": list(verbs)}
    return {
        "metadata": {"name": name},
        "versions": [
            {
                "version": version.strip("-?"),
                "freshness": "Stale" if version.startswith("?") else "Current",
                "resources": [other] if version.startswith("-") else [entry, other],
            }
            for version in versions
        ],
    }


def versions(compiled: CompiledPolicy, name: str = "Thing") -> list[str]:
    """In which versions a kind is looked at."""
    return [target.api_version for target in compiled.policy.targets if target.kind == name]


def aggregated(*names: str) -> dict[str, Any]:
    """APIServices with servers of their own."""
    return services(*({"group": name, "version": "v1", "service": {"name": "x"}} for name in names))


@pytest.mark.parametrize(
    ("served", "expected"),
    [
        (["v1", "v2"], ["acme.example/v1"]),
        (["v2beta1", "v1"], ["acme.example/v2beta1"]),
        (["-v2", "v1alpha1", "v1beta1"], ["acme.example/v1beta1"]),
        (["-v2"], []),
    ],
)
def test_a_kind_is_looked_at_in_the_version_that_its_group_prefers(
    broken: Lab, server: EmbeddedCluster, served: list[str], expected: list[str]
) -> None:
    """Discovery names it first; else the newest that has the kind."""
    server.faults = answering({"/apis": discovered(group("acme.example", *served)), API_SERVICES: aggregated()})
    found, unknown = every_kind(policy(), broken.resources, Grants())
    assert (versions(found), unknown) == (expected, ())


@pytest.mark.parametrize("missing", ["list", "get", "delete"])
def test_a_kind_that_cannot_be_listed_read_and_deleted_is_none(
    broken: Lab, server: EmbeddedCluster, missing: str
) -> None:
    """Whatever else it can."""
    verbs = tuple(verb for verb in WHOLE if verb != missing)
    server.faults = answering(
        {"/apis": discovered(group("acme.example", "v1", verbs=verbs)), API_SERVICES: aggregated()}
    )
    found, _ = every_kind(policy(), broken.resources, Grants())
    assert versions(found) == []
    assert versions(found, "ConfigMap") == ["v1"]


def test_a_kind_of_another_api_server_is_never_taken(broken: Lab, server: EmbeddedCluster) -> None:
    """Not even where it is allowed for policies that name it."""
    server.faults = answering(
        {"/apis": discovered(group("acme.example", "v1")), API_SERVICES: aggregated("acme.example")}
    )
    assert versions(every_kind(policy(), broken.resources, ALLOWED)[0]) == []


def test_where_nobody_may_know_whose_a_kind_is_nothing_is_taken(broken: Lab, server: EmbeddedCluster) -> None:
    """Unknown is not no, and what is allowed for others does not tell."""
    server.faults = answering({"/apis": discovered(group("acme.example", "v1")), API_SERVICES: 403})
    with pytest.raises(TargetUnavailable, match=r"cannot be told: grant the verb list on apiservices"):
        every_kind(policy(), broken.resources, ALLOWED)


def test_a_group_that_is_silent_is_not_one_without_kinds(broken: Lab, server: EmbeddedCluster) -> None:
    """It may hold what goes along; but for API servers of their own, of which nothing is ever taken."""
    groups = discovered(group("acme.example", "v1"), group("down.example", "?v1"), group("other.example", "?v1"))
    server.faults = answering({"/apis": groups, API_SERVICES: aggregated("other.example")})
    found, unknown = every_kind(policy(), broken.resources, Grants())
    assert versions(found) == ["acme.example/v1"]
    assert [(each.what, each.namespaced, each.namespaces) for each in unknown] == [("down.example/v1", True, None)]


@pytest.mark.parametrize("excepted", ["Gadgett", "acme.example/Gadgett", "acne.example/Gadget"])
def test_what_is_left_out_is_looked_for_also_while_a_group_is_silent(
    broken: Lab, server: EmbeddedCluster, excepted: str
) -> None:
    """Misspelt, it would leave out nothing; what may be in the silent group is not looked for."""
    groups = discovered(group("acme.example", "v1"), group("down.example", "?v1"))
    server.faults = answering({"/apis": groups, API_SERVICES: aggregated()})
    with pytest.raises(TargetUnavailable, match=r"did you mean '(acme.example/)?Gadget'"):
        every_kind(policy(**{"except": [excepted]}), broken.resources, Grants())
    assert every_kind(policy(**{"except": ["down.example/Valve"]}), broken.resources, Grants())


def test_a_server_that_does_not_tell_all_at_once_has_no_wildcards(broken: Lab, server: EmbeddedCluster) -> None:
    """What it does not tell would be missed."""
    plain = {"kind": "APIGroupList", "apiVersion": "v1", "groups": []}
    server.faults = answering({"/api": {"kind": "APIVersions", "versions": ["v1"]}, "/apis": plain})
    with pytest.raises(TargetUnavailable, match="no aggregated discovery"):
        every_kind(policy(), broken.resources, Grants())


def test_a_policy_without_a_wildcard_asks_nobody(broken: Lab, server: EmbeddedCluster) -> None:
    """It pays nothing."""
    asked = len(server.requests)
    plain = compiled_once(document())
    assert every_kind(plain, broken.resources, Grants()) == (plain, ())
    assert len(server.requests) == asked


@pytest.mark.parametrize(
    ("by_name", "errors", "failing"),
    [
        (False, [None, ListIncomplete("x")], False),
        (False, [None, AccessDenied("list", "things", "")], False),
        (False, [None, Unauthorized("x")], True),
        (False, [ListIncomplete("x"), ListIncomplete("y")], True),
        (True, [None, ListIncomplete("x")], True),
        (False, [None, None], False),
    ],
)
def test_a_kind_fails_by_itself_where_a_wildcard_means_it(by_name: bool, errors: list[Any], failing: bool) -> None:  # noqa: FBT001
    """What is named, what is about more than a kind, and what leaves nothing at all ends the run."""
    target = policy().policy.targets[0]
    named = compiled_once(document()).policy.targets[0]
    members: dict[Any, Any] = {
        number: Member(None, [named if by_name else target], error=error)  # type: ignore[arg-type]  # no run is needed
        for number, error in enumerate(errors)
    }
    assert (failure_of(members) is not None) is failing
