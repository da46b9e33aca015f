"""Which policies there are, and which events mean a change."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from zen_gc_core.cluster.policy_events import UNREADABLE, Changed, Interrupted, Listed, Removed
from zen_gc_core.controller.beats.catalog import Catalog, Changes
from zen_gc_core.engine.breaker import APPROVE
from zen_gc_core.engine.protections import Grants
from zen_gc_core.errors import ClusterError
from zen_gc_core.model.policy import API_VERSION, CLUSTER, NAMESPACED
from zen_gc_core.plugins import installed_entry_points, load_plugins

if TYPE_CHECKING:
    from zen_gc_core.cluster.policy_events import PolicyEvent

KEY = (NAMESPACED, "team", "p")
SPEC = {"targetResources": [{"apiVersion": "v1", "kind": "ConfigMap"}], "ttl": {"immediate": True}}


@pytest.fixture(scope="module")
def vocabulary() -> Any:
    """The project's own keywords."""
    return load_plugins(installed_entry_points()).vocabulary


class Compiling(Catalog):
    """A catalog whose policies are compiled as they come, as the main loop has it done before they run."""

    def apply(self, event: PolicyEvent) -> Changes:
        """Take in an event, and compile what changed."""
        changes = super().apply(event)
        for entry in changes.changed:
            if not entry.paused:
                entry.compilation, entry.document = self.compiled(entry), None
        return changes


@pytest.fixture
def catalog(vocabulary: Any) -> Catalog:
    """A catalog without policies."""
    return Compiling(vocabulary, Grants())


def test_a_policy_is_not_compiled_before_somebody_has_time_for_it(vocabulary: Any) -> None:
    """A standby has none, and one that rests never needs it; whether it rests is seen without."""
    catalog = Catalog(vocabulary, Grants())
    (entry,) = catalog.apply(Changed(NAMESPACED, policy())).changed
    assert (entry.compilation.compiled, entry.compilation.errors, entry.paused) == (None, (), False)
    assert catalog.apply(Changed(NAMESPACED, policy(version="2"))).changed == ()
    assert catalog.compiled(entry).compiled is not None
    (rests,) = catalog.apply(Changed(NAMESPACED, policy("q", "u2", spec={**SPEC, "paused": True}))).changed
    assert rests.paused


def test_what_waits_to_be_compiled_is_kept_without_what_compiling_does_not_read(vocabulary: Any) -> None:
    """There may be very many of them, and a standby compiles none."""
    found = policy(status={"phase": "Active", "totalDeleted": 7})
    found["metadata"]["managedFields"] = [{"manager": "kubectl", "fieldsV1": {"f:spec": {}}}]
    (entry,) = Catalog(vocabulary, Grants()).apply(Changed(NAMESPACED, found)).changed
    assert entry.document is not None
    assert set(entry.document) == set(found) - {"status"}
    assert set(entry.document["metadata"]) == set(found["metadata"]) - {"managedFields"}
    assert (entry.status, entry.phase, entry.ledger.deleted) == (found["status"], "Active", 7)


def test_a_status_that_is_nested_too_deeply_is_as_good_as_none(catalog: Catalog) -> None:
    """It is written anew; what was counted before is known all the same."""
    deep: Any = {}
    for _ in range(300):
        deep = {"x": deep}
    (entry,) = catalog.apply(Changed(NAMESPACED, policy(status={"totalDeleted": 7, "conditions": [deep]}))).changed
    assert (entry.status, entry.ledger.deleted) == ({}, 7)
    assert entry.compilation.compiled is not None


def policy(name: str = "p", uid: str = "u1", generation: int = 1, version: str = "1", **fields: Any) -> dict[str, Any]:
    """A policy as the watch brings it."""
    metadata = {
        "name": name,
        "namespace": "team",
        "uid": uid,
        "generation": generation,
        "resourceVersion": version,
        "annotations": fields.pop("annotations", {}),
    }
    return {"apiVersion": API_VERSION, "kind": NAMESPACED, "metadata": metadata, "spec": SPEC, **fields}


def test_a_new_policy_is_a_change(catalog: Catalog) -> None:
    """Compiled, with nothing remembered."""
    changes = catalog.apply(Changed(NAMESPACED, policy()))
    assert [entry.key for entry in changes.changed] == [KEY]
    assert changes.changed[0].compilation.compiled is not None
    assert not changes.removed


def test_a_status_is_no_change(catalog: Catalog) -> None:
    """So that no run starts another; it is remembered all the same."""
    catalog.apply(Changed(NAMESPACED, policy()))
    changes = catalog.apply(Changed(NAMESPACED, policy(version="2", status={"totalDeleted": 7})))
    assert changes.changed == changes.removed == ()
    entry = catalog.get(KEY)
    assert entry is not None
    assert (entry.resource_version, entry.status, entry.ledger.deleted) == ("2", {"totalDeleted": 7}, 7)


def test_an_edit_supersedes_what_was_and_keeps_the_ledger(catalog: Catalog) -> None:
    """Runs of the old one write no status any more."""
    (old,) = catalog.apply(Changed(NAMESPACED, policy())).changed
    old.ledger.deleted = 5
    (new,) = catalog.apply(Changed(NAMESPACED, policy(generation=2, version="2"))).changed
    assert old.superseded
    assert not new.superseded
    assert new.ledger is old.ledger
    assert new.ledger.deleted == 5


def test_an_approval_is_a_change(catalog: Catalog) -> None:
    """It stands in an annotation, which no generation counts."""
    catalog.apply(Changed(NAMESPACED, policy()))
    assert catalog.apply(Changed(NAMESPACED, policy(version="2", annotations={APPROVE: "1/5"}))).changed
    assert not catalog.apply(Changed(NAMESPACED, policy(version="3", annotations={APPROVE: "1/5", "a": "b"}))).changed


READS = {**SPEC, "conditions": {"cel": "policy.annotations['armed'] == 'yes'"}}


def test_an_annotation_that_an_expression_reads_is_a_change(catalog: Catalog) -> None:
    """No generation counts it, and what was compiled holds the old one; one that nobody reads is none."""
    armed = policy(annotations={"armed": "yes", "note": "a"}, spec=READS)
    catalog.apply(Changed(NAMESPACED, armed))
    noted = policy(version="2", annotations={"armed": "yes", "note": "b"}, spec=READS)
    assert not catalog.apply(Changed(NAMESPACED, noted)).changed
    (entry,) = catalog.apply(Changed(NAMESPACED, policy(version="3", annotations={"armed": "no"}, spec=READS))).changed
    assert entry.reference.annotations == {"armed": "no"}


def test_a_policy_made_anew_under_its_name_is_another(catalog: Catalog) -> None:
    """Nothing of the old one's is remembered, also when its end was not seen."""
    (old,) = catalog.apply(Changed(NAMESPACED, policy(status={"totalDeleted": 5}))).changed
    changes = catalog.apply(Changed(NAMESPACED, policy(uid="u2", version="9")))
    assert changes.removed == (old,)
    assert old.superseded
    (new,) = changes.changed
    assert (new.status, new.ledger.deleted) == ({}, 0)


def test_a_policy_that_is_gone_is_removed(catalog: Catalog) -> None:
    """Once."""
    catalog.apply(Changed(NAMESPACED, policy()))
    (gone,) = catalog.apply(Removed(NAMESPACED, policy())).removed
    assert gone.superseded
    assert catalog.entries == ()
    assert catalog.apply(Removed(NAMESPACED, policy())).removed == ()


def test_a_list_is_all_there_is_of_its_kind(catalog: Catalog) -> None:
    """What it lacks is gone; the other kind is left alone; what is the same is no change."""
    cluster_policy = policy("c", uid="c1")
    del cluster_policy["metadata"]["namespace"]
    catalog.apply(Changed(CLUSTER, {**cluster_policy, "kind": CLUSTER}))
    catalog.apply(Listed(NAMESPACED, (policy("a", "ua"), policy("b", "ub"))))
    changes = catalog.apply(Listed(NAMESPACED, (policy("b", "ub"), policy("c", "uc"))))
    assert [entry.key[2] for entry in changes.removed] == ["a"]
    assert [entry.key[2] for entry in changes.changed] == ["c"]
    assert {entry.key for entry in catalog.entries} == {
        (CLUSTER, "", "c"),
        (NAMESPACED, "team", "b"),
        (NAMESPACED, "team", "c"),
    }


def test_a_list_of_a_namespace_says_nothing_of_the_others(catalog: Catalog) -> None:
    """What is watched namespace by namespace goes namespace by namespace."""
    here, there = policy("a", "ua"), policy("b", "ub")
    there["metadata"]["namespace"] = "other"
    catalog.apply(Listed(NAMESPACED, (here,), "team"))
    catalog.apply(Listed(NAMESPACED, (there,), "other"))
    assert {entry.key[1] for entry in catalog.entries} == {"team", "other"}
    changes = catalog.apply(Listed(NAMESPACED, (), "other"))
    assert [entry.key[1] for entry in changes.removed] == ["other"]
    assert {entry.key[1] for entry in catalog.entries} == {"team"}


def test_all_is_listed_when_every_namespace_that_is_watched_is(vocabulary: Any) -> None:
    """There are no cluster policies to wait for."""
    catalog = Catalog(vocabulary, Grants(), ("team", "other"))
    catalog.apply(Listed(NAMESPACED, (), "team"))
    assert not catalog.listed(NAMESPACED, CLUSTER)
    catalog.apply(Listed(NAMESPACED, (), "other"))
    assert catalog.listed(NAMESPACED, CLUSTER)


def test_it_knows_what_was_listed_once(catalog: Catalog) -> None:
    """An interruption is no list."""
    catalog.apply(Interrupted(NAMESPACED, ClusterError("x")))
    assert not catalog.listed(NAMESPACED)
    catalog.apply(Listed(NAMESPACED, ()))
    assert catalog.listed(NAMESPACED)
    assert not catalog.listed(NAMESPACED, CLUSTER)


@pytest.mark.parametrize(
    "broken",
    [
        {"spec": None},
        {"spec": {"ttl": {"immediat": True}}},
        {"spec": {**SPEC, "paused": "yes"}},
        {"status": "spoilt"},
        {"spec": {**SPEC, "conditions": {"any": [[[]]]}}},
    ],
)
def test_a_policy_that_somebody_spoilt_is_invalid_and_nothing_worse(catalog: Catalog, broken: dict[str, Any]) -> None:
    """It never acts, and it is not paused."""
    (entry,) = catalog.apply(Changed(NAMESPACED, {**policy(), **broken})).changed
    assert not entry.paused
    if "spec" in broken:
        assert entry.compilation.compiled is None
        assert entry.compilation.errors


DEEP: dict[str, Any] = {}
for _ in range(900):
    DEEP = {"a": DEEP}


@pytest.mark.parametrize(
    ("document", "said"),
    [
        ({UNREADABLE: "it is nested too deeply to be read"}, "it is nested too deeply to be read"),
        ({"spec": {**SPEC, "conditions": {"all": [DEEP]}}}, ""),
        ({"spec": {**SPEC, "conditions": DEEP}}, ""),
        ({"spec": {**SPEC, "ttl": {"immediate": DEEP}}}, ""),
        ({"spec": DEEP, "status": 1}, ""),
        ({"spec": None}, ""),
    ],
)
def test_a_policy_that_cannot_be_understood_is_invalid_by_itself(
    catalog: Catalog, document: dict[str, Any], said: str
) -> None:
    """Whatever is raised by looking at it, the others are listed."""
    changes = catalog.apply(Listed(NAMESPACED, (policy("odd", uid="u0", **document), policy())))
    odd, good = changes.changed
    assert odd.compilation.compiled is None
    assert said in "; ".join(map(str, odd.compilation.errors))
    assert (odd.reference.name, odd.reference.uid) == ("odd", "u0")
    assert good.compilation.compiled is not None
