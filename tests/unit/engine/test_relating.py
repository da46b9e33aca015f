"""Relations of a policy: gathered through every nesting, out of files, and what is said of a policy that has them."""

from __future__ import annotations

from dataclasses import replace

import pytest
from pydantic import TypeAdapter

from tests.unit.engine.situations import (
    NOW,
    answering,
    compilation,
    compiled,
    document,
    judged,
    run_of,
    thing,
    with_words,
)
from zen_gc_core.engine import relating
from zen_gc_core.engine.asking import Asking
from zen_gc_core.engine.files import Files
from zen_gc_core.engine.offline import plan_offline
from zen_gc_core.engine.protections import Grants
from zen_gc_core.errors import Undecided
from zen_gc_core.expressions import budget
from zen_gc_core.fieldpaths import FieldPath
from zen_gc_core.keywords import Compiled, Keyword
from zen_gc_core.model.decision import Verdict
from zen_gc_core.model.json_candidates import JsonCandidate
from zen_gc_core.model.policy import NAMESPACED
from zen_gc_core.model.reads import WHOLE
from zen_gc_core.model.reasons import Reason
from zen_gc_core.model.relations import IN_DOUBT, Looked, NotKnown, Related, Relation
from zen_gc_core.offering import Offered

BY = {"theirs": "spec.volumes[].configMap.name", "mine": "metadata.name"}
UNUSED = {"related": [{"apiVersion": "v1", "kind": "Pod", "by": BY, "are": "none"}]}
USED = {"related": [{"apiVersion": "v1", "kind": "Pod", "by": BY, "are": "any"}]}
USES_A = thing("Pod", name="p", uid="p", rest={"spec": {"volumes": [{"configMap": {"name": "a"}}]}})
B = thing(name="b", uid="b")


def gathering_of(where, **how):
    """What takes in the Pods that use a ConfigMap, and count where ``where`` says so."""
    policy = compiled(document(conditions=UNUSED))
    (declared,) = policy.relations
    source = replace(relating.Source.of_relation(declared.relation), where=where)
    return relating.Gathering(source, run_of(policy), **how)


def planned(conditions, there, kind=None, *, everything=False, words=None):
    policy = document(kind, conditions=conditions) if kind else document(conditions=conditions)
    files = Files(map(JsonCandidate.from_object, there))
    asking = Asking(NOW, Grants(), everything=everything)
    (answer,) = plan_offline([compilation(policy, words)], files, asking)
    return answer


def gone(conditions, there, **how):
    plan = planned(conditions, there, **how).plan
    return {decision.name for decision in plan.decisions if decision.verdict is Verdict.ACT}


@pytest.mark.parametrize(
    "conditions",
    [
        UNUSED,
        {"any": [UNUSED]},
        {"all": [UNUSED]},
        {"none": [USED]},
        {"none": [{"any": [{"all": [USED]}]}]},
        {"all": [{"none": [USED]}, {"olderThan": "1d"}]},
    ],
)
def test_a_relation_is_gathered_however_deep_it_stands(conditions):
    """What composes keywords need not know of it."""
    assert gone(conditions, [thing(), B, USES_A]) == {"b"}
    assert gone(conditions, [thing(), B]) == set()


def test_a_path_that_no_object_has_says_nothing():
    """It may be a slip: where no schema knows it, one object has to have it."""
    by = {"theirs": "spec.uses", "mine": "metadata.name"}
    unused = {"related": [{"apiVersion": "acme.io/v1", "kind": "Widget", "by": by, "are": "none"}]}
    widgets = [thing("Widget", "acme.io/v1", name=f"w{n}", uid=f"w{n}", rest={"spec": {}}) for n in range(2)]
    (decision,) = planned(unused, [B, *widgets]).plan.decisions
    assert decision.verdict is Verdict.KEEP
    assert "none has spec.uses, so that nothing says whether the path is right" in decision.because
    widgets[0]["spec"]["uses"] = "x"
    assert gone(unused, [B, *widgets]) == {"b"}


def naming(number):
    volumes = [{"configMap": {"name": f"n{number}-{each}"}} for each in range(3)]
    return thing("Pod", name=f"p{number}", uid=f"p{number}", rest={"spec": {"volumes": volumes}})


@pytest.mark.parametrize(("most", "expected"), [(9, {"a", "b"}), (8, set()), (2, set())])
def test_of_too_many_names_none_is_known(monkeypatch, most, expected):
    """Memory is bounded, whoever makes names: in one object or in many."""
    monkeypatch.setattr(relating, "MOST_KEYS", most)
    there = [thing(), B, *map(naming, range(3))]
    assert gone(UNUSED, there) == expected
    reasons = {decision.because for decision in planned(UNUSED, there).plan.decisions}
    assert expected or reasons == {
        f"cannot tell whether the conditions hold: related objects are not known: they name more than {most} objects"
    }


def test_of_which_object_it_cannot_be_told_whether_it_counts_is_said():
    """By its name, and why; for the objects that it names alone."""
    related = [{"apiVersion": "v1", "kind": "Pod", "by": BY, "are": "none", "where": {"cel": "object.status.n == 1"}}]
    told = {each.name: each for each in planned({"related": related}, [thing(), B, USES_A]).plan.decisions}
    assert told["a"].verdict is Verdict.KEEP
    assert "whether Pod team/p counts cannot be told: " in told["a"].because
    assert told["b"].verdict is Verdict.ACT


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (ValueError("its own words"), "it failed with a ValueError"),
        (1, "the answer is a value of type int"),
        (None, "the answer is a value of type NoneType"),
    ],
)
def test_a_condition_about_others_that_fails_has_not_decided(answer, words):
    """Whoever answers; what it says of the object is not told."""
    gathering = gathering_of(answering(answer))
    gathering.offer(JsonCandidate.from_object(USES_A))
    assert list(gathering.marks.values()) == [IN_DOUBT]
    assert list(gathering.doubts.values()) == [f"whether Pod team/p counts cannot be told: {words}"]


def test_conditions_about_others_are_asked_with_one_allowance_and_names_are_kept_where_they_are_wanted():
    """Several expressions may ask about one object; a name is for people."""
    shared = []

    def counts(*_):
        shared.append(budget.current().together)
        return True

    for named, names in (({}, []), ({"named": True}, ["Pod p"])):
        gathering = gathering_of(counts, **named)
        gathering.offer(JsonCandidate.from_object(USES_A))
        assert list(gathering.names.values()) == names
    assert shared == [True, True]
    assert not budget.current().together


def test_a_path_is_known_to_be_right_where_it_was_seen():
    """A look of which nothing is known has not seen it."""
    (declared,) = compiled(document(conditions=UNUSED)).relations
    relation = declared.relation
    assert relating.has_path({relation: Related()}, relation)
    assert not relating.has_path({relation: Related(unknown="they were not looked at")}, relation)
    assert not relating.has_path({}, relation)


def test_of_too_many_names_nothing_is_held(monkeypatch):
    """Memory is given back, and nothing more is taken in."""
    monkeypatch.setattr(relating, "MOST_KEYS", 2)
    gathering = gathering_of(None, named=True)
    for number in range(2):
        gathering.offer(JsonCandidate.from_object(naming(number)))
        assert gathering.too_many
        assert (gathering.marks, gathering.names) == ({}, {})


def test_what_a_plugin_does_not_say_of_a_relation_does_not_hold():
    """It stays in one namespace, lets nothing go for want of something, and looks at the whole object."""
    relation = Relation("v1", "Pod", list)
    assert (relation.crosses, relation.absent, relation.reads, relation.where) == (False, False, None, None)


def test_without_files_of_a_kind_nothing_is_known_of_it():
    """Unless it is said that they are everything; what they hold in another version is never nothing."""
    owned = {"related": [{"apiVersion": "apps/v1", "kind": "Deployment", "by": "owned", "are": "none"}]}
    (decision,) = planned(owned, [B]).plan.decisions
    assert (
        "the files hold none: add them, or say with --assume-complete that the files are everything" in decision.because
    )
    assert gone(owned, [B], everything=True) == {"b"}
    old = thing("Deployment", "extensions/v1beta1", name="d")
    assert gone(owned, [B, old], everything=True) == {"b"}
    owned["related"][0]["apiVersion"] = "apps/v1beta1"
    assert gone(owned, [B], everything=True) == {"b"}
    assert gone(owned, [B, thing("Deployment", "apps/v1", name="d")], everything=True) == set()


def test_what_an_api_server_of_its_own_serves_is_not_known():
    """It may answer with anything."""
    service = thing(
        "APIService",
        "apiregistration.k8s.io/v1",
        name="x",
        rest={"spec": {"group": "a.io", "version": "v1", "service": {"name": "s"}}},
    )
    config = {"related": [{"apiVersion": "a.io/v1", "kind": "Thing", "by": "owned", "are": "none"}]}
    assert gone(config, [B], everything=True) == {"b"}
    assert gone(config, [B, service], everything=True) == set()


def test_a_namespaced_policy_may_not_look_at_what_a_definition_says_lives_nowhere():
    """It is denied, as for a target."""
    definition = thing(
        "CustomResourceDefinition",
        "apiextensions.k8s.io/v1",
        name="globals.a.io",
        rest={"spec": {"group": "a.io", "scope": "Cluster", "names": {"kind": "Global"}}},
    )
    config = {"related": [{"apiVersion": "a.io/v1", "kind": "Global", "by": "owned", "are": "none"}]}
    policy = document(NAMESPACED, target={"apiVersion": "v1", "kind": "ConfigMap"}, conditions=config)
    files = Files(map(JsonCandidate.from_object, [B, definition]))
    (answer,) = plan_offline([compilation(policy)], files, Asking(NOW, Grants()))
    assert answer.plan is None
    assert [(problem.path, problem.reason) for problem in answer.compilation.errors] == [
        ("spec.conditions.related[0]", Reason.SCOPE_DENIED)
    ]


@pytest.mark.parametrize(
    ("conditions", "error"),
    [
        (UNUSED, "takes at once what spec.conditions.related[0] finds unused"),
        ({"none": [USED]}, "takes at once what spec.conditions.none[0].related[0] finds unused"),
        (USED, None),
    ],
)
def test_nothing_goes_at_once_because_nothing_uses_it(conditions, error):
    """What somebody replaces is unused for a moment; a wait that counts from elsewhere is a warning."""
    at_once = compilation(document(conditions=conditions, ttl={"immediate": True}))
    waiting = compilation(document(conditions=conditions))
    assert [problem.path for problem in at_once.errors] == (["spec.ttl.immediate"] if error else [])
    assert all(error in problem.message for problem in at_once.errors)
    warned = [problem.path for problem in waiting.warnings]
    assert warned == (["spec.ttl.afterCreation"] if error else [])


def test_a_policy_has_ten_relations_at_most():
    """Together, wherever they stand."""
    one = USED["related"]
    assert compilation(document(conditions={"any": [{"related": one * 5}, {"related": one * 5}]})).errors == ()
    (problem,) = compilation(document(conditions={"any": [{"related": one * 5}, {"related": one * 6}]})).errors
    assert "more than 10 relations in one policy" in problem.message


def test_conditions_about_others_count_as_those_of_the_policy():
    """Two hundred together; a policy cannot hide work in ``where``."""
    where = {"fields": [{"path": f"spec.a{number}", "value": 1} for number in range(150)]}
    related = [{"apiVersion": "v1", "kind": "Pod", "by": "owned", "are": "any", "where": where}]
    (problem,) = compilation(document(conditions={"any": [{"related": related}, {"related": related}]})).errors
    assert "more than 200 conditions" in problem.message


@pytest.mark.parametrize(("reads", "going"), [(["spec.node"], {"b"}), (None, {"b"}), (["metadata.name"], set())])
def test_a_relation_of_a_plugin_is_shown_what_it_declared(reads, going):
    """What its keys look at beyond is undecided, and keeps."""
    relation = Relation("v1", "Pod", lambda pod: [("", pod.get("spec.node"))], reads=reads)

    def alone(candidate, run):
        return run.find(relation, [("", candidate.name)], candidate.namespace).none()

    made = Compiled(alone, (), relations=[relation])
    keyword = Keyword("acme.io/alone", bool, lambda _config, _build: made)
    words = with_words(matchers=[Offered(keyword, TypeAdapter(bool), "acme", "acme-zen-gc")])
    pod = thing("Pod", name="p", uid="p", rest={"spec": {"node": "a"}})
    assert gone({"acme.io/alone": True}, [thing(), B, pod], words=words) == going


def test_what_was_not_looked_at_is_not_known():
    """Outside of the namespaces that were listed, and of all where only some were."""
    known = Related(namespaces=frozenset({"team"}))
    assert known.find([("team", "a")], "team").none() is True
    for within, where in (("other", "namespace other"), (None, "other namespaces")):
        with pytest.raises(Undecided, match=f"the objects of {where} were not looked at"):
            known.find([("other", "a")], within)


def test_a_run_that_gathered_nothing_keeps():
    """The engine does no I/O: what nobody handed over is not known."""
    decision = judged(compiled(document(conditions=UNUSED)), B)
    assert decision.verdict is Verdict.KEEP
    assert "Pod objects were not looked at" in decision.because


def test_why_an_object_cannot_be_told_to_count_is_kept_of_so_many_keys():
    """A hundred of them, however many there are; that it cannot be told is known of all."""
    gathering = gathering_of(answering(Undecided("nobody knows")))
    for number in range(50):
        gathering.offer(JsonCandidate.from_object(naming(number)))
    assert (len(gathering.doubts), set(gathering.marks.values())) == (100, {IN_DOUBT})
    assert len(gathering.marks) == 150


def test_a_relation_shows_what_it_relates_to():
    """To whoever debugs one."""
    (declared,) = compiled(document(conditions=UNUSED)).relations
    assert repr(declared.relation) == "<Relation to v1 Pod>"


@pytest.mark.parametrize(("names", "too_many"), [(500_000, False), (500_001, True)])
def test_half_a_million_names_may_be_known(names, too_many):
    """Of one relation; with more nothing is known."""
    source = relating.Source(lambda _: range(names), None, WHOLE, crosses=False)
    gathering = relating.Gathering(source, run_of(compiled(document())))
    gathering.offer(JsonCandidate.from_object(USES_A))
    assert gathering.too_many is too_many
    assert len(gathering.marks) == (0 if too_many else names)


@pytest.mark.parametrize(
    ("error", "words"), [(Undecided("its spec is a text"), "its spec is a text"), (KeyError("s3cret"), "KeyError")]
)
def test_why_it_cannot_be_told_what_an_object_is_related_to(error, words):
    """A doubt says so itself; of an error that nobody foresaw only its type is told."""

    def failing(_candidate):
        raise error

    gathering = relating.Gathering(relating.Source(failing, None, WHOLE, crosses=False), run_of(compiled(document())))
    gathering.offer(JsonCandidate.from_object(USES_A))
    assert gathering.unknown_in == {"team": f"what Pod team/p is related to cannot be told: {words}"}


@pytest.mark.parametrize("unknown", [None, "Pod objects are not known"])
def test_what_everybody_may_be_told_of_what_is_not_known(unknown):
    """That a list is lacking; not which object is in doubt."""
    found = Related(unknown=unknown, unknown_in={"team": "what Pod team/p is related to cannot be told"}).find(
        [], "team"
    )
    with pytest.raises(NotKnown) as doubt:
        found.any()
    assert doubt.value.told == (unknown or "")


def test_a_field_that_is_looked_at_is_one_of_the_related_objects_unless_it_is_said_to_be_the_policy_s_own():
    """So that the right schema is asked."""
    assert not Looked(FieldPath.parse("spec.uses"), "by.theirs").own
