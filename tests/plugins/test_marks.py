"""``since`` a mark: of the policy that is named, and of no other."""

from __future__ import annotations

import pytest
from zen_gc_ttl.after import AFTER
from zen_gc_ttl.expires_at import EXPIRES_AT

from zen_gc_core import InputError, Missing, Undecided, format_instant
from zen_gc_core.model.policy import CLUSTER, NAMESPACED, PolicyReference
from zen_gc_core.testing import ask, explain

AT, BY = "gc.kube-zen.io/marked-at", "gc.kube-zen.io/marked-by"
PATH = f"metadata.annotations['{AT}']"
MINE, WIDE = PolicyReference(NAMESPACED, "team-a", "delete"), PolicyReference(CLUSTER, "", "delete")


def marked(by, at="2026-01-01T10:00:00Z"):
    """An object that a policy marked."""
    annotations = {key: value for key, value in ((AT, at), (BY, by)) if value is not None}
    metadata = {"name": "a", "namespace": "team-a", "creationTimestamp": "2025-12-01T00:00:00Z"}
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {**metadata, "annotations": annotations}}


def since(**more):
    """A TTL of an hour after the mark."""
    return {"since": {"path": PATH, **more}, "wait": "1h"}


@pytest.mark.parametrize(
    ("policy", "name", "by"),
    [
        (MINE, "mark", "team-a/mark"),
        (MINE, "team-b/mark", "team-b/mark"),
        (MINE, "/mark", "mark"),
        (WIDE, "mark", "mark"),
        (WIDE, "/mark", "mark"),
        (WIDE, "team-b/mark", "team-b/mark"),
    ],
)
def test_the_mark_of_the_policy_that_is_named_counts(policy, name, by):
    """A name without a namespace is beside the policy; every other mark keeps the object."""
    config = since(markedBy=name)
    assert format_instant(ask(AFTER, config, marked(by), policy=policy)) == "2026-01-01T11:00:00Z"
    assert explain(AFTER, config, marked(by), policy=policy) == f"{PATH} 2026-01-01T10:00:00Z by {by}, wait 1h"
    others = {"mark", "team-a/mark", "team-b/mark", "team-a/other", f"{by}2", f" {by}", by.upper(), ""} - {by}
    for other in others:
        with pytest.raises(Undecided, match=f"marked it, not policy {by}"):
            ask(AFTER, config, marked(other), policy=policy)


def test_what_nobody_signed_or_marked_is_kept():
    """It is no error of the evaluation: the object has not come to that stage."""
    with pytest.raises(Missing, match="nobody says who marked it"):
        ask(AFTER, since(markedBy="mark"), marked(None), policy=MINE)
    with pytest.raises(Missing, match="is missing"):
        ask(AFTER, since(markedBy="mark"), marked("team-a/mark", at=None), policy=MINE)


@pytest.mark.parametrize(
    ("config", "problem"),
    [
        (since(), "after.since: counts from whatever policy's mark: say whose with markedBy"),
        ({**since(), "since": {"path": f'metadata.annotations["{AT}"]'}}, "say whose with markedBy"),
        (since(markedBy=""), "after.since.markedBy: is no name of a policy"),
        (since(markedBy="a/b/c"), "is no name of a policy"),
        (since(markedBy="Mark"), "is no name of a policy"),
        (since(markedBy=None), "say whose with markedBy"),
        (since(markedBy=5), "after.since"),
        (since(markedBy="mark", unit="s"), "after.since.unit: marks are times"),
        (
            {"since": {"path": PATH, "else": "created", "markedBy": "mark"}, "wait": "1h"},
            "after.since.else: what was not",
        ),
        ({"since": {"path": "metadata.labels.at", "markedBy": "mark"}, "wait": "1h"}, "belongs beside the path"),
    ],
)
def test_a_mark_that_could_be_anybodys_is_refused(config, problem):
    """When the policy is read."""
    with pytest.raises(InputError, match=problem):
        ask(AFTER, config, marked("team-a/mark"), policy=MINE)


def test_a_mark_is_no_expiry():
    """It has passed when it is made: the object would be due at once."""
    with pytest.raises(InputError, match=r"expiresAt\.path: is when it was marked"):
        ask(EXPIRES_AT, {"path": PATH}, marked("team-a/mark"), policy=MINE)
