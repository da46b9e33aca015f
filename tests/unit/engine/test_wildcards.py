"""Wildcards take what has opted in, and nothing else: every way that one might take too much, held by a test."""

from __future__ import annotations

import datetime as dt

import pytest

from tests.unit.engine.situations import KEEP, NOW, OLD, OWNER, compilation, document, offered, thing, with_words
from zen_gc_core.engine.asking import Asking
from zen_gc_core.engine.case import Case
from zen_gc_core.engine.expanding import KindThere, expanded, missing_exceptions, once_each
from zen_gc_core.engine.files import Files
from zen_gc_core.engine.offline import plan_offline
from zen_gc_core.engine.planning import conclude, tally_of
from zen_gc_core.engine.protections import Grants, Protections
from zen_gc_core.keywords import Compiled, Keyword, Namespace, Run
from zen_gc_core.model.decision import KeptBy, Verdict
from zen_gc_core.model.json_candidates import JsonCandidate
from zen_gc_core.model.reasons import Reason
from zen_gc_core.model.unlisted import Gaps, Unlisted

TTL = "janitor.acme.io/ttl"
EVERY = {"apiVersion": "*", "kind": "*", "namespaces": ["*"]}
ASKED = {"after": {"since": "created", "wait": {"path": f"metadata.annotations['{TTL}']"}}}
MARKED = {"annotations": {TTL: "1d"}}
LABELLED = {"matchLabels": {"acme.io/temporary": "yes"}}
PLACE = "spec.targetResources[0]"


def policy(target=None, *others, **spec):
    """A policy with a wildcard: by default what its annotation asks for."""
    made = document(**{"ttl": ASKED, **spec})
    made["spec"]["targetResources"] = [{**EVERY, **(target or {})}, *others]
    return made


def planned(objects, target=None, *others, grants=None, words=None, **spec):
    """The plan of a policy with a wildcard over objects of files."""
    made = compilation(policy(target, *others, **spec), words, grants)
    assert made.compiled is not None, made.errors
    files = Files(map(JsonCandidate.from_object, objects), [made])
    (one,) = plan_offline([made], files, Asking(NOW, grants or Grants(), skipped=True))
    assert one.plan is not None, one.compilation.errors
    return one


def verdicts(objects, *targets, **options):
    """The decisions by the objects' names."""
    return {decision.name: decision for decision in planned(objects, *targets, **options).plan.decisions}


def taken(objects, *targets, **options):
    """The names of the objects that would go."""
    return {name for name, each in verdicts(objects, *targets, **options).items() if each.verdict is Verdict.ACT}


def problems(target=None, **spec):
    """What refuses a policy with a wildcard."""
    made = compilation(policy(target, **spec))
    return [(problem.path, problem.message) for problem in made.errors]


# --- who opts in


@pytest.mark.parametrize(
    "ttl",
    [
        ASKED,
        {"expiresAt": {"path": f"metadata.annotations['{TTL}']"}},
        {"expiresAt": {"path": f"metadata.labels['{TTL}']"}},
        {"after": {"since": "created", "wait": {"path": "metadata.labels.ttl"}}},
        {"after": {"since": "created", "wait": {"path": "metadata.labels.ttl", "mappings": {"a": "1d"}, "default": "9d"}}},
        {"after": {"since": {"path": f"metadata.annotations['{TTL}']"}, "wait": "1d"}},
    ],
)  # fmt: skip
def test_a_ttl_that_the_object_itself_writes_is_an_opt_in(ttl):
    """By an annotation or a label of its own."""
    assert problems(ttl=ttl) == []


@pytest.mark.parametrize(
    "ttl",
    [
        {"afterCreation": "7d"},
        {"after": {"since": "created", "wait": "7d"}},
        {"cel": "timestamp(object.metadata.creationTimestamp) + duration('1h')"},
        {"cel": f"timestamp(object.metadata.annotations['{TTL}'])"},
        {"expiresAt": {"path": "metadata.creationTimestamp"}},
        {"expiresAt": {"path": "metadata.ownerReferences[0].name"}},
        {"after": {"since": "created", "wait": {"path": "metadata.name"}}},
        {"after": {"since": "created", "wait": {"path": f"metadata.annotations['{TTL}']", "default": "1d", "onMissing": "default"}}},
        {"after": {"since": {"path": f"metadata.annotations['{TTL}']", "else": "created"}, "wait": "1d"}},
        {"after": {"since": {"path": "metadata.annotations['acme.io/at']", "else": "created"}, "wait": {"path": f"metadata.annotations['{TTL}']"}}},
        {"after": {"since": "created", "wait": {"path": "metadata.labels.app"}}},
        {"after": {"since": "created", "wait": {"path": "metadata.labels['k8s-app']"}}},
        {"after": {"since": "created", "wait": {"path": "metadata.labels['app.kubernetes.io/version']"}}},
        {"after": {"since": {"path": "metadata.annotations['kubectl.kubernetes.io/restartedAt']"}, "wait": "1d"}},
        {"after": {"since": {"path": "metadata.annotations['gc.kube-zen.io/marked-at']", "markedBy": "p"}, "wait": "1d"}},
        {"expiresAt": {"path": "metadata.annotations['sub.kubernetes.io/until']"}},
        {"expiresAt": {"path": "metadata.annotations['x.k8s.io/until']"}},
        {"expiresAt": {"path": "metadata.annotations['K8S.io/until']"}},
        {"expiresAt": {"path": "metadata.annotations['meta.helm.sh/until']"}},
        {"expiresAt": {"path": "metadata.annotations['argocd.argoproj.io/until']"}},
    ],
)  # fmt: skip
def test_what_objects_do_not_ask_for_is_no_opt_in(ttl):
    """Everything of a cluster would match: such a policy is refused, with what to write instead."""
    ((path, message),) = problems(ttl=ttl)
    assert path == PLACE
    assert "takes only objects that opt in" in message
    assert "metadata.annotations['KEY']" in message


def test_at_once_is_refused():
    """Even of what opts in by a label."""
    for target in (None, {"labelSelector": LABELLED}):
        found = dict(problems(target, ttl={"immediate": True}))
        assert "name the kinds, or let it wait" in found["spec.ttl.immediate"]


@pytest.mark.parametrize(
    ("selector", "accepted"),
    [
        (LABELLED, True),
        ({"matchExpressions": [{"key": "temporary", "operator": "Exists"}]}, True),
        ({"matchExpressions": [{"key": "acme.io/env", "operator": "In", "values": ["preview", "ci"]}]}, True),
        ({"matchLabels": {"app": "web", "acme.io/env": "preview"}}, True),
        ({"matchExpressions": [{"key": "env", "operator": "In", "values": ["preview", "ci"]}]}, False),
        ({"matchLabels": {"app": "web", "env": "preview"}}, False),
        ({}, False),
        ({"matchLabels": {}}, False),
        ({"matchExpressions": [{"key": "keep", "operator": "DoesNotExist"}]}, False),
        ({"matchExpressions": [{"key": "env", "operator": "NotIn", "values": ["prod"]}]}, False),
        ({"matchLabels": {"app": "web"}}, False),
        ({"matchLabels": {"k8s-app": "web"}}, False),
        ({"matchLabels": {"app.kubernetes.io/name": "web"}}, False),
        ({"matchLabels": {"kubernetes.io/metadata.name": "web"}}, False),
        ({"matchLabels": {"x.k8s.io/a": "web"}}, False),
        ({"matchLabels": {"helm.sh/chart": "web-1"}}, False),
        ({"matchLabels": {"pod-template-hash": "1"}}, False),
        ({"matchExpressions": [{"key": "app.kubernetes.io/managed-by", "operator": "Exists"}]}, False),
    ],
)  # fmt: skip
def test_a_label_of_ones_own_is_an_opt_in(selector, accepted):
    """Required, and not one that objects carry because of what they are."""
    found = problems({"labelSelector": selector}, ttl={"afterCreation": "7d"})
    assert (found == []) is accepted
    assert all(path == PLACE for path, _ in found)


@pytest.mark.parametrize(
    "key",
    ["cleanup", "clean-up", "Clean_Up", "ttl", "TTL", "janitor-ttl", "expiresAt", "expires-at", "deleteAfter", "auto-delete",
     "gc", "temporary", "tmp", "maxAge", "ephemeral", "TTLSeconds", "safe-to-delete", "acme.io/team", "a/b", "acme.io/app"],
)  # fmt: skip
def test_a_key_counts_by_its_domain_or_because_it_says_that_the_object_may_go(key):
    """In whatever spelling of words: in a label selector, and where a TTL is read."""
    assert problems({"labelSelector": {"matchLabels": {key: "x"}}}, ttl={"afterCreation": "7d"}) == []
    assert problems(ttl={"expiresAt": {"path": f"metadata.annotations['{key}']"}}) == []


@pytest.mark.parametrize(
    "key",
    ["team", "tier", "name", "version", "component", "env", "environment", "release", "chart", "heritage", "managed-by",
     "app", "App", "part-of", "stage", "owner", "project", "tenant", "role", "region", "created", "date", "attempt",
     "settled", "templates", "gcp-project", "cattle", "expert", "retention"],
)  # fmt: skip
def test_a_key_without_a_domain_that_says_nothing_of_an_end_is_no_opt_in(key):
    """Objects that nobody wants to go carry it; the refusal says what to write instead."""
    for found in (
        problems({"labelSelector": {"matchLabels": {key: "x"}}}, ttl={"afterCreation": "7d"}),
        problems(ttl={"expiresAt": {"path": f"metadata.annotations['{key}']"}}),
    ):
        ((path, message),) = found
        assert path == PLACE
        assert f"{key} objects carry whether or not they are to go" in message.replace("['", " ").replace("']", "")
        assert "says that the object may go (cleanup, ttl, expires)" in message


@pytest.mark.parametrize(
    "key",
    ["do-not-delete", "doNotDelete", "no-cleanup", "skip-gc", "keep-ttl", "delete-protection", "deletionProtection",
     "prevent-deletion", "never-expires", "janitor-ignore", "cleanup-disabled", "gc_off"],
)  # fmt: skip
def test_a_key_that_says_that_objects_stay_is_no_opt_in(key):
    """Although it speaks of an end."""
    ((_, message),) = problems({"labelSelector": {"matchLabels": {key: "true"}}}, ttl={"afterCreation": "7d"})
    assert f"the label {key} says that objects are to stay" in message


def test_every_wildcard_of_a_policy_asks_for_an_opt_in():
    """One that does makes no other right."""
    made = document(ttl={"afterCreation": "7d"})
    made["spec"]["targetResources"] = [{**EVERY, "labelSelector": LABELLED}, EVERY]
    assert [problem.path for problem in compilation(made).errors] == ["spec.targetResources[1]"]


def test_the_key_that_does_not_count_is_named():
    """So that nobody wonders."""
    ((_, message),) = problems({"labelSelector": {"matchLabels": {"app": "web"}}}, ttl={"afterCreation": "7d"})
    assert "the label app objects carry whether or not they are to go" in message


@pytest.mark.parametrize(
    ("spec", "path", "words"),
    [
        ({"conditions": {"phase": ["Failed"]}}, "spec.conditions", "status.phase"),
        ({"conditions": {"fields": [{"path": "spec.hold", "operator": "DoesNotExist"}]}}, "spec.conditions", "spec.hold"),
        ({"conditions": {"cel": "object.spec.suspend"}}, "spec.conditions", "spec.suspend"),
        ({"conditions": {"none": [{"cel": "has(object.spec.hold)"}]}}, "spec.conditions", "spec.hold"),
        ({"conditions": {"jmespath": "length(@) > `1`"}}, "spec.conditions", "the whole object"),
        ({"ttl": {"afterFinished": "1d"}}, "spec.ttl.afterFinished", "status"),
        ({"ttl": {"expiresAt": {"path": "spec.until"}}}, "spec.ttl.expiresAt", "spec.until"),
    ],
)  # fmt: skip
def test_a_policy_that_looks_beyond_metadata_is_refused(spec, path, words):
    """Only that is listed: what is not there would be missing in every object."""
    found = dict(problems({"labelSelector": LABELLED}, **spec))
    assert words in found[path]
    assert "only metadata is listed" in found[path]


def test_a_field_selector_beyond_metadata_is_refused():
    """As everything that looks there."""
    found = dict(problems({"fieldSelector": {"matchFields": {"status.phase": "Failed"}}}))
    assert "status.phase" in found[f"{PLACE}.fieldSelector"]
    assert problems({"fieldSelector": {"matchFields": {"metadata.name": "a"}}}) == []


# --- what is taken


def test_nothing_is_taken_that_does_not_carry_the_key():
    """Whatever the TTL may say: it is asked of each object, too."""
    late = Compiled(lambda _c, run: run.now - dt.timedelta(days=1), (), needs=(f"metadata.annotations['{TTL}']",))
    lying = offered("acme.io/late", None)
    lying = type(lying)(Keyword("acme.io/late", bool, lambda _config, _build: late), lying.adapter, "acme", "acme")
    found = verdicts(
        [thing(name="asked", **MARKED), thing(name="silent"), thing("Widget", "acme.io/v1", name="mute")],
        ttl={"acme.io/late": True},
        words=with_words(ttls=[lying]),
    )
    assert {name: str(each.verdict) for name, each in found.items()} == {
        "asked": "act",
        "silent": "skip",
        "mute": "skip",
    }
    assert found["mute"].because == f"it does not carry the annotation {TTL}"


def test_what_the_selectors_do_not_take_is_not_asked_whether_it_carries_the_key():
    """What is said of it is that they do not."""
    things = [thing(name="mine", labels={"app": "a"}), thing(name="other", labels={"app": "b"})]
    found = verdicts(things, {"labelSelector": {"matchLabels": {"app": "a"}}})
    assert found["mine"].because == f"it does not carry the annotation {TTL}"
    assert found["other"].because == "the policy's selectors do not take it"


def test_each_kind_is_taken_but_those_that_are_left_out():
    """By name, by group and name, and Events by either of their groups."""
    things = [
        thing(name="map", **MARKED),
        thing("Deployment", "apps/v1", name="deployment", **MARKED),
        thing("Deployment", "acme.io/v1", name="other", **MARKED),
        thing("Event", name="event", **MARKED),
        thing("Widget", "acme.io/v1", name="widget", **MARKED),
    ]
    assert taken(things) == {"map", "deployment", "other", "event", "widget"}
    assert taken(things, {"except": ["Deployment"]}) == {"map", "event", "widget"}
    assert taken(things, {"except": ["apps/Deployment", "acme.io/Widget"]}) == {"map", "other", "event"}
    assert taken(things, {"except": ["events.k8s.io/Event", "Deployment", "Widget"]}) == {"map"}


@pytest.mark.parametrize("granted", [False, True])
def test_protected_kinds_are_none_of_a_wildcards(granted):
    """Not even where whoever runs the controller allows them: then a policy names them."""
    claim = thing("PersistentVolumeClaim", name="claim", **MARKED)
    grants = Grants(resources=frozenset({"persistentvolumeclaims", "namespaces"})) if granted else Grants()
    namespace = thing("Namespace", name="ns", namespace=None, **MARKED)
    assert taken([claim, namespace], {"clusterScoped": True}, grants=grants) == set()
    named = {"apiVersion": "v1", "kind": "PersistentVolumeClaim", "namespaces": ["*"]}
    assert taken([claim], None, named, grants=grants) == ({"claim"} if granted else set())


def test_kinds_without_namespaces_are_taken_where_the_target_says_so():
    """And not otherwise."""
    things = [thing("IngressClass", "networking.k8s.io/v1", name="class", namespace=None, **MARKED), thing(**MARKED)]
    assert taken(things) == {"a"}
    assert taken(things, {"clusterScoped": True}) == {"a", "class"}


def test_kinds_of_other_api_servers_are_never_taken():
    """Where the files say that a group version has one."""
    service = {
        "apiVersion": "apiregistration.k8s.io/v1",
        "kind": "APIService",
        "metadata": {"name": "v1.acme.io"},
        "spec": {"group": "acme.io", "version": "v1", "service": {"name": "api", "namespace": "acme"}},
    }
    widget = thing("Widget", "acme.io/v1", name="widget", **MARKED)
    assert taken([widget]) == {"widget"}
    assert taken([widget, service]) == set()


def test_every_other_protection_holds():
    """Marks, namespaces, types, owners: a wildcard lifts nothing."""
    things = [
        thing(name="kept", labels={KEEP: "true"}, **MARKED),
        thing(name="system", namespace="kube-system", **MARKED),
        thing(name="kube-root-ca.crt", **MARKED),
        thing("Secret", name="token", rest={"type": "kubernetes.io/service-account-token"}, **MARKED),
        thing("ReplicaSet", "apps/v1", name="owned", ownerReferences=[OWNER], **MARKED),
        thing(name="going", deletionTimestamp=OLD, **MARKED),
    ]
    found = verdicts(things)
    assert {name: each.kept_by for name, each in found.items()} == dict.fromkeys(found, KeptBy.PROTECTED)
    assert len(found) == len(things)


def test_an_object_whose_finish_is_not_known_stays_with_its_owner():
    """Of kinds that no row knows only metadata is listed: a status says nothing, also where it is there."""
    done = {"status": {"completionTime": "2025-07-01T00:00:00Z"}}
    owned = thing("Render", "acme.io/v1", name="owned", rest=done, ownerReferences=[OWNER], **MARKED)
    found = verdicts([owned, thing("Render", "acme.io/v1", name="free", rest=done, **MARKED)])
    assert found["free"].verdict is Verdict.ACT
    assert found["owned"].kept_by is KeptBy.PROTECTED
    assert "not known to have finished" in found["owned"].because
    named = {"apiVersion": "acme.io/v1", "kind": "Render", "namespaces": ["*"]}
    assert taken([owned], None, named) == {"owned"}
    assert taken([owned], behavior={"includeOwned": True}) == {"owned"}


def test_nobody_is_asked_for_the_whole_of_an_object():
    """A cluster would be asked once an object."""

    def whole(_candidate):
        raise AssertionError("it was asked for")

    made = compilation(policy()).compiled
    assert made is not None
    case = Case(
        replace_policy(made, [KindThere("acme.io/v1", "Render", namespaced=True)]),
        Run(NOW, made.reference, lambda name: Namespace(name, {}, {}, {})),
        Protections(),
        whole=whole,
    )
    tally = tally_of(case, case.compiled.policy.targets)
    listed = thing("Render", "acme.io/v1", ownerReferences=[OWNER], **MARKED)
    tally.offer(JsonCandidate.from_object(listed, complete=False))
    assert (tally.matched, tally.due, tally.kept[KeptBy.PROTECTED]) == (1, 0, 1)


def replace_policy(made, kinds):
    """A compiled policy whose wildcards are expanded."""
    from dataclasses import replace  # noqa: PLC0415  next to its one use

    return replace(made, policy=expanded(made.policy, kinds))


@pytest.mark.parametrize("dependent", [{}, MARKED])
def test_a_marked_dependent_keeps_its_owner_whether_or_not_it_has_opted_in(dependent):
    """It would go along."""
    owner = thing("Widget", "acme.io/v1", name="owner", uid="w", **MARKED)
    below = {"apiVersion": "acme.io/v1", "kind": "Widget", "name": "owner", "uid": "w"}
    inner = thing(name="inner", uid="i", labels={KEEP: ""}, ownerReferences=[below], **dependent)
    for objects in ([owner, inner], [inner, owner]):
        found = verdicts(objects)
        assert found["owner"].verdict is Verdict.KEEP
        assert "would take along" in found["owner"].because
    assert taken([owner, {**inner, "metadata": {**inner["metadata"], "labels": {}}}]) >= {"owner"}


# --- kinds that could not be listed


def unlisted(*failed, objects, action=None):
    """The plan of a wildcard some of whose kinds could not be listed."""
    made = compilation(policy({"clusterScoped": True}, **({"action": action} if action else {}))).compiled
    kinds = [KindThere("v1", "ConfigMap", namespaced=True), KindThere("acme.io/v1", "Zone", namespaced=False)]
    made = replace_policy(made, kinds)
    case = Case(made, Run(NOW, made.reference, lambda name: Namespace(name, {}, {}, {})), Protections(), record=True)
    tallies = []
    for kind in kinds:
        tally = tally_of(case, made.targets_of(kind.api_version, kind.kind))
        for obj in objects:
            if obj["kind"] == kind.kind:
                tally.offer(JsonCandidate.from_object(obj))
        tallies.append(tally)
    return conclude(case, tallies, dict, gaps=Gaps(failed))


WIDGETS = Unlisted("widgets.acme.io", "a list could not be read to its end")
REALMS = Unlisted("realms.acme.io", "forbidden", namespaced=False, reason=Reason.ACCESS_DENIED)
ELSEWHERE = Unlisted("widgets.acme.io", "forbidden", namespaces=frozenset({"other"}))
THINGS = (thing(name="inside", **MARKED), thing("Zone", "acme.io/v1", name="outside", namespace=None, **MARKED))


@pytest.mark.parametrize(
    ("failed", "goes"),
    [([], {"inside", "outside"}), ([WIDGETS], set()), ([REALMS], {"inside"}), ([ELSEWHERE], {"inside"})],
)
def test_what_may_own_objects_of_a_kind_that_could_not_be_listed_stays(failed, goes):
    """There may be one among them that must stay, and would go along."""
    plan = unlisted(*failed, objects=THINGS)
    assert {each.name for each in plan.decisions if each.verdict is Verdict.ACT} == goes
    assert plan.due == len(goes)
    for each in plan.decisions:
        if each.name not in goes:
            assert each.kept_by is KeptBy.ERROR
            assert failed[0].what in each.because
            assert each.reason is failed[0].reason
    assert plan.unlisted == tuple(failed)


@pytest.mark.parametrize("action", [{"label": {"acme.io/stale": "yes"}}, {"delete": {"propagationPolicy": "Orphan"}}])
def test_what_takes_nothing_along_goes_on_beside_a_kind_that_could_not_be_listed(action):
    """Nothing depends on what was not seen."""
    plan = unlisted(WIDGETS, objects=THINGS, action=action)
    assert plan.due == 2


# --- which kinds there are


def kind(api_version, name, *, namespaced=True):
    """A kind."""
    return KindThere(api_version, name, namespaced)


@pytest.mark.parametrize(
    ("kinds", "preferred", "chosen"),
    [
        (["acme.io/v1", "acme.io/v2"], ["acme.io/v1"], "acme.io/v1"),
        (["acme.io/v1", "acme.io/v2"], [], "acme.io/v2"),
        (["acme.io/v1beta1", "acme.io/v1alpha2"], ["acme.io/v9"], "acme.io/v1beta1"),
        (["acme.io/v2beta1", "acme.io/v1"], [], "acme.io/v1"),
        (["acme.io/v10", "acme.io/v9"], [], "acme.io/v10"),
        (["acme.io/v1beta2", "acme.io/v1beta10"], [], "acme.io/v1beta10"),
        (["acme.io/odd", "acme.io/v1alpha1"], [], "acme.io/v1alpha1"),
    ],
)
def test_a_kind_is_looked_at_in_one_version(kinds, preferred, chosen):
    """The group's own choice, else the newest."""
    for order in (kinds, kinds[::-1]):
        assert once_each([kind(each, "Widget") for each in order], preferred) == [kind(chosen, "Widget")]


def test_events_are_one_kind():
    """They live in two groups."""
    events = [kind("events.k8s.io/v1", "Event"), kind("v1", "Event")]
    for order in (events, events[::-1]):
        assert once_each(order, ["events.k8s.io/v1", "v1"]) == [kind("v1", "Event")]


def test_a_kind_that_is_named_beside_a_wildcard_is_looked_at_once():
    """In the version that is named, so that it is listed once and counted once."""
    named = {"apiVersion": "acme.io/v1beta1", "kind": "Widget", "namespaces": ["team"]}
    made = compilation(policy(None, named)).compiled
    found = expanded(made.policy, [kind("acme.io/v1", "Widget"), kind("v1", "ConfigMap")])
    assert {(target.api_version, target.kind) for target in found.targets} == {
        ("acme.io/v1beta1", "Widget"),
        ("v1", "ConfigMap"),
    }


@pytest.mark.parametrize(
    ("excepted", "missing"),
    [
        (["Widget"], []),
        (["Widgett"], ["Widgett"]),
        (["acme.io/Widget"], []),
        (["acme.io/Gadget"], ["acme.io/Gadget"]),
        (["not-installed.io/Gadget"], []),
        (["Gadget"], ["Gadget"]),
        (["acne.io/Widget"], ["acne.io/Widget"]),
        (["batch.k8s.io/Job"], ["batch.k8s.io/Job"]),
        (["serving.knative.dev/Service"], []),
    ],
)
def test_what_is_left_out_and_is_not_there_is_found(excepted, missing):
    """But for kinds of groups that are not there at all, and are not like one of that kind that is."""
    made = compilation(policy({"except": excepted})).compiled
    there = [("acme.io", "Widget"), ("", "ConfigMap"), ("", "Service"), ("batch", "Job")]
    found = missing_exceptions(made.policy, there)
    assert [str(each) for each in found] == missing


def test_a_plan_from_files_says_when_a_kind_is_left_out_that_is_only_like_one_of_them():
    """Which would leave out nothing."""
    one = planned([thing("Widget", "acme.io/v1", **MARKED)], {"except": ["Widgett"]})
    assert [problem.path for problem in one.compilation.warnings] == [f"{PLACE}.except[0]"]


# --- with retain


def series(kind, api_version, count, app="a", **metadata):
    """So many objects of a kind, the newest first, each with the annotation that asks for it."""
    return [
        thing(
            kind,
            api_version,
            name=f"{kind.lower()}-{app}{number}",
            uid=f"{kind}{app}{number}",
            creationTimestamp=f"2025-06-{28 - number:02}T00:00:00Z",
            labels={"app": app},
            **{**MARKED, **metadata},
        )
        for number in range(count)
    ]


def test_of_every_kind_the_newest_of_each_group_stay():
    """Kinds are groups of their own; what has not opted in fills no place, and is kept as ever."""
    silent = series("ConfigMap", "v1", 1, annotations={})[0]
    silent["metadata"] |= {"name": "silent", "uid": "silent", "creationTimestamp": "2025-07-01T00:00:00Z"}
    finished = {"conditions": [{"type": "Complete", "status": "True"}], "completionTime": "2025-07-01T00:00:00Z"}
    jobs = [{**each, "status": finished} for each in series("Job", "batch/v1", 3)]
    objects = [
        *series("ConfigMap", "v1", 4),
        *series("ConfigMap", "v1", 2, "b"),
        *series("Widget", "acme.io/v1", 3),
        *jobs,
        silent,
    ]
    found = verdicts(objects, retain={"last": 2, "groupBy": ["metadata.labels.app"]})
    gone = {name for name, each in found.items() if each.verdict is Verdict.ACT}
    assert gone == {"configmap-a2", "configmap-a3", "widget-a2", "job-a2"}
    assert found["configmap-b1"].because == "retained: 2nd newest of 2 in app=b"
    assert found["silent"].verdict is Verdict.SKIP


def test_what_is_retained_keeps_its_owner_of_another_kind_of_a_wildcard():
    """Whichever of them comes first."""
    owner = {"apiVersion": "acme.io/v1", "kind": "Widget", "name": "widget-a2", "uid": "Widgeta2"}
    newest = series("ConfigMap", "v1", 1, ownerReferences=[owner])
    objects = [*series("Widget", "acme.io/v1", 4), *newest]
    for order in (objects, objects[::-1]):
        assert taken(order, retain={"last": 1, "groupBy": ["metadata.labels.app"]}) == {"widget-a1", "widget-a3"}


@pytest.mark.parametrize(
    "retain",
    [{"last": 1, "groupBy": ["spec.run"]}, {"last": 1, "groupBy": ["phase"]}, {"last": 1, "orderBy": "finished"}],
)
def test_what_is_retained_of_every_kind_is_told_by_metadata(retain):
    """Anything else is refused, as of conditions."""
    ((path, message),) = problems(retain=retain)
    assert path == "spec.retain"
    assert "only metadata is listed" in message
