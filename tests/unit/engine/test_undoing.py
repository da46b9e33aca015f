"""Policies that would take away again what they write: which are told, where, and of which nothing is known."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.unit.engine.situations import compilation, compiled, document, run_of, thing
from zen_gc_core.engine.case import Case
from zen_gc_core.engine.planning import conclude, tally_of
from zen_gc_core.engine.protections import Grants, Protections
from zen_gc_core.engine.undoing import UNDONE, undone
from zen_gc_core.model.json_candidates import JsonCandidate
from zen_gc_core.model.policy import NAMESPACED
from zen_gc_core.model.requests import MARKED_AT, MARKED_BY

LABEL = {"label": {"idle": "yes"}}
ANNOTATE = {"annotate": {"idle": "yes"}}
SELECTOR = "spec.targetResources[0].labelSelector"


def target(requirement=None, kind="ConfigMap", api_version="v1", **labels):
    expressions = {"matchExpressions": [requirement]} if requirement else {}
    return {
        "apiVersion": api_version,
        "kind": kind,
        "namespaces": ["*"],
        "labelSelector": {**expressions, **({"matchLabels": labels} if labels else {})},
    }


def asked(key="idle", operator=None, value=None, values=None):
    words = {"key": key, "operator": operator, "value": value, "values": values}
    return {name: word for name, word in words.items() if word is not None}


def told(action=LABEL, *, holding=True, **spec):
    answer = compilation(document(action=action, behavior={"whileHolding": holding}, **spec))
    assert answer.compiled is not None, answer.errors
    return {problem.path for problem in answer.warnings if UNDONE in problem.message}


MARKED_NO_MORE = [
    target(asked(operator="DoesNotExist")),
    target(asked(operator="NotIn", values=["yes"])),
    target(asked(operator="NotIn", values=["maybe", "yes"])),
    target(asked(operator="In", values=["no"])),
    target(idle="no"),
    target(asked(operator="DoesNotExist"), tier="trial"),
]
MARKED_AS_BEFORE = [
    target(asked(operator="Exists")),
    target(asked(operator="In", values=["no", "yes"])),
    target(asked(operator="NotIn", values=["no"])),
    target(idle="yes"),
    target(asked("other", "DoesNotExist")),
    target(asked(MARKED_BY, "DoesNotExist")),
]


@pytest.mark.parametrize("selecting", MARKED_NO_MORE)
def test_a_selector_that_takes_nothing_that_is_marked_is_a_warning(selecting):
    """At its place, with what it asks; without whileHolding it is how nothing is marked twice, and right."""
    assert told(target=selecting) == {SELECTOR}
    assert told(target=selecting, holding=False) == set()


@pytest.mark.parametrize("selecting", MARKED_AS_BEFORE)
def test_a_selector_that_takes_what_is_marked_is_none(selecting):
    """Nor is one about other labels, or about an annotation's key: that is no label."""
    assert told(target=selecting) == set()


def test_the_warning_says_what_is_asked():
    """In the words of a selector; and it is no error."""
    answer = compilation(document(action=LABEL, behavior={"whileHolding": True}, target=MARKED_NO_MORE[0]))
    assert [str(each) for each in answer.warnings] == [f"{SELECTOR}: takes, by '!idle', no {UNDONE}"]
    assert answer.errors == ()


@pytest.mark.parametrize(
    ("other", "places"),
    [
        (target(tier="trial"), set()),
        ({"apiVersion": "v1", "kind": "ConfigMap", "namespaces": ["web"]}, set()),
        (target(idle="no"), {SELECTOR, SELECTOR.replace("0", "1")}),
        (target(kind="Deployment", api_version="apps/v1", tier="trial"), {SELECTOR}),
    ],
)
def test_another_target_of_the_kind_may_take_what_is_marked(other, places):
    """Then it is not certain that the mark goes, and nothing is said."""
    assert told(targetResources=[MARKED_NO_MORE[0], other]) == places


HAS = {"label": "hasLabels", "annotate": "hasAnnotations"}
UNMET = [
    asked(operator="DoesNotExist"),
    asked(operator="NotIn", values=["yes"]),
    asked(operator="NotIn", value="yes"),
    asked(operator="NotEquals", value="yes"),
    asked(operator="In", values=["no"]),
    asked(operator="Equals", value="no"),
    asked(value="no"),
]
MET = [
    asked(),
    asked(operator="Exists"),
    asked(value="yes"),
    asked(operator="In", values=["no", "yes"]),
    asked(operator="NotEquals", value="no"),
]
OTHER = [asked("other", "DoesNotExist"), asked("other", value="yes"), asked("other")]
CEL = {"cel": "object.metadata.name == 'a'"}


@pytest.mark.parametrize("action", [LABEL, ANNOTATE], ids=["label", "annotate"])
@pytest.mark.parametrize("requirement", [*UNMET, *MET, *OTHER], ids=str)
def test_a_condition_that_never_holds_of_what_is_marked_is_a_warning(action, requirement):
    """Wherever all must hold; below none it is one that always holds; below any all of them must be such."""
    (name,) = (HAS[verb] for verb in action)
    has = {name: [asked("other"), requirement]}
    alone = {name: [requirement]}
    unmet, met = requirement in UNMET, requirement in MET
    below = f"spec.conditions.{name}[1]"
    assert told(action, conditions=has) == ({below} if unmet else set())
    assert told(action, conditions=has, holding=False) == set()
    nested = {"all": [CEL, {"all": [has]}]}
    assert told(action, conditions=nested) == ({f"spec.conditions.all[1].all[0].{name}[1]"} if unmet else set())
    assert told(action, conditions={"none": [CEL, alone]}) == ({"spec.conditions.none[1]"} if met else set())
    assert told(action, conditions={"none": [has, {**alone, **CEL}]}) == set()
    assert told(action, conditions={"any": [alone, has]}) == ({"spec.conditions.any"} if unmet else set())
    assert told(action, conditions={"any": [alone, CEL]}) == set()
    assert told(action, conditions={"none": [{"none": [alone]}]}) == ({"spec.conditions.none[0]"} if unmet else set())
    assert told(action, conditions={"none": [{"any": [CEL, alone]}]}) == ({"spec.conditions.none[0]"} if met else set())


@pytest.mark.parametrize(("action", "name"), [(LABEL, "hasAnnotations"), (ANNOTATE, "hasLabels")])
def test_a_label_is_no_annotation(action, name):
    """Of the same name."""
    assert told(action, conditions={name: [asked(operator="DoesNotExist")]}) == set()


@pytest.mark.parametrize(
    ("requirement", "warned"),
    [
        (asked(MARKED_AT, "DoesNotExist"), True),
        (asked(MARKED_BY, "DoesNotExist"), True),
        (asked(MARKED_BY, "NotEquals", "team/tidy"), True),
        (asked(MARKED_BY, "NotEquals", "team/other"), False),
        (asked(MARKED_AT, value="2026-01-01T00:00:00Z"), False),
        (asked(MARKED_AT, "NotEquals", "2026-01-01T00:00:00Z"), False),
    ],
)
def test_whose_mark_it_is_and_since_when_is_written_too(requirement, warned):
    """When that was is not known beforehand."""
    spec = {"action": LABEL, "behavior": {"whileHolding": True}, "conditions": {"hasAnnotations": [requirement]}}
    here = {"apiVersion": "v1", "kind": "ConfigMap"}
    answer = compilation(document(NAMESPACED, target=here, **spec))
    assert [problem.path for problem in answer.warnings] == ["spec.conditions.hasAnnotations[0]"] * warned


def taken_away(policy, obj):
    """What a run takes away from an object again."""
    case = Case(policy, run_of(policy), Protections(Grants()))
    tally = tally_of(case, policy.policy.targets)
    tally.offer(JsonCandidate.from_object(obj))
    return conclude(case, [tally], lambda: None).owed


@pytest.mark.parametrize("selecting", [*MARKED_NO_MORE, *MARKED_AS_BEFORE])
def test_a_warned_selector_takes_the_mark_away_from_what_was_marked(selecting):
    """The next run does what the warning says; the others let such an object be, where they take it."""
    policy = compiled(document(action=LABEL, behavior={"whileHolding": True}, target=selecting))
    labels = {"idle": "yes", "tier": "trial"}
    marked = thing(labels=labels, annotations={MARKED_BY: str(policy.reference), MARKED_AT: "2025-12-01T00:00:00Z"})
    assert len(taken_away(policy, marked)) == (selecting in MARKED_NO_MORE)


@pytest.mark.parametrize("requirement", [*UNMET, *MET], ids=str)
def test_a_warned_condition_takes_the_mark_away_from_what_was_marked(requirement):
    """As selectors do."""
    policy = compiled(document(action=LABEL, behavior={"whileHolding": True}, conditions={"hasLabels": [requirement]}))
    marked = thing(labels={"idle": "yes"}, annotations={MARKED_BY: str(policy.reference)})
    assert len(taken_away(policy, marked)) == (requirement in UNMET)


def test_a_condition_that_never_holds_is_told_of_once():
    """Nothing is ever marked by it: another warning says so."""
    assert told(conditions={"none": [{}]}) == set()


@pytest.mark.parametrize(
    "conditions", [{"hasLabels": {"idle": "no"}}, {"any": True}, {"all": {"a": "b"}}, {"none": ["x"]}], ids=str
)
def test_a_condition_of_another_form_says_nothing(conditions):
    """A plugin's may have the name of one that was switched off."""
    policy = compiled(document(action=LABEL, behavior={"whileHolding": True})).policy
    assert list(undone(replace(policy, conditions=conditions))) == []
