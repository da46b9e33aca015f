"""Random valid policies: every target, condition and TTL form of the project's own keywords, retaining, and behaviours."""

from __future__ import annotations

import json
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from hypothesis import strategies as st

from tests.proof.properties.actions import actions, behaviors_of
from tests.proof.properties.calendars import calendars
from tests.proof.properties.objects import API_VERSIONS, APPS, ENVS, NOTES, POLICY_UID
from tests.unit.engine.situations import NOW, compilation
from zen_gc_core.model.policy import API_VERSION, CLUSTER, NAMESPACED

if TYPE_CHECKING:
    import datetime as dt

    from hypothesis.strategies import DrawFn, SearchStrategy

    from zen_gc_core.engine.compiling import Compilation

WAITS = st.sampled_from(["1h", "5h", "1d", 7200])
BARE, ONE, MANY, ORDERED = (
    ("Exists", "DoesNotExist"),
    ("Equals", "NotEquals"),
    ("In", "NotIn"),
    ("GreaterThan", "LessThan"),
)
FIELDS: dict[str, dict[str, list[Any]]] = {
    "ConfigMap": {"data.mode": ["on", "off", "no"], "data.size": ["5", "100"]},
    "Job": {"spec.suspend": [True, False], "spec.backoffLimit": [3, 6, "3"]},
    "Pod": {"status.reason": ["Evicted"], "spec.restartPolicy": ["Never"], "status.phase": ["Failed", "Running"]},
    "Run": {"spec.replicas": [0, 1, "1", 2.0], "spec.state": ["idle"]},
}
NUMBERS = frozenset({"data.size", "spec.backoffLimit", "spec.replicas"})
COUNTS = ("last", "hourly", "daily", "weekly", "monthly", "yearly")
NAMES = (["tmp-*"], ["*", "!keep-*"], ["*-[0-4]"])


MARKED = {"path": "metadata.annotations['gc.kube-zen.io/marked-at']", "markedBy": "earlier"}


def compiled_text(policy: dict[str, Any]) -> Compilation:
    """What comes of a policy; of the same one, the same."""
    return _compiled(json.dumps(policy))


@lru_cache(maxsize=256)
def _compiled(text: str) -> Compilation:
    return compilation(json.loads(text))


def requirements(texts: tuple[str, ...]) -> SearchStrategy[dict[str, Any]]:
    """What labels and annotations are asked."""
    value = st.sampled_from(texts)
    return st.one_of(
        st.fixed_dictionaries({"operator": st.sampled_from(BARE)}),
        st.fixed_dictionaries({"operator": st.sampled_from(ONE), "value": value}),
        st.fixed_dictionaries({"operator": st.sampled_from(MANY), "values": st.lists(value, min_size=1, max_size=2)}),
    )


@st.composite
def _fields(draw: DrawFn, kinds: tuple[str, ...]) -> dict[str, Any]:
    path, values = draw(st.sampled_from([entry for kind in kinds for entry in FIELDS[kind].items()]))
    operators = BARE + ONE + MANY + (ORDERED if path in NUMBERS else ())
    operator = draw(st.sampled_from(operators))
    rule = {"path": path, "operator": operator}
    if operator in MANY:
        rule["values"] = values[:2]
    elif operator not in BARE:
        rule["value"] = draw(st.sampled_from(values))
    return {"fields": [rule]}


def _cel(*, timeless: bool) -> SearchStrategy[Any]:
    texts = [
        "has(object.metadata.labels) && 'app' in object.metadata.labels",
        "object.metadata.labels.env == 'prod'",
        "object.metadata.?labels.env.orValue('') != 'prod'",
        "!object.metadata.name.startsWith('keep-')",
        "object.metadata.annotations.note",
        "!has(object.metadata.ownerReferences)",
        "has(object.metadata.creationTimestamp) || object.metadata.name == 'x'",
        "namespaceObject.metadata.labels.tier == 'dev'",
        ["true", "size(object.metadata.name) > 5"],
    ]
    if not timeless:
        texts += [
            "now - timestamp(object.metadata.creationTimestamp) > duration('3h')",
            "now < timestamp('2026-06-01T00:00:00Z')",
        ]
    return st.sampled_from(texts)


def _jmespath(*, timeless: bool) -> SearchStrategy[Any]:
    texts = [
        "metadata.labels.env == 'prod'",
        "metadata.annotations.note == `null`",
        "metadata.annotations.note",
        "!starts_with(metadata.name, 'keep-')",
        "length(metadata.name) > `5`",
    ]
    return st.sampled_from(texts if timeless else [*texts, "age(metadata.creationTimestamp) > `10800`"])


def _owner() -> SearchStrategy[Any]:
    return st.sampled_from(["none", {"kind": "Job"}, {"kind": "ReplicaSet", "apiVersion": "apps/v1"}, {"name": "web"}])


@st.composite
def _related(draw: DrawFn, *, timeless: bool) -> dict[str, Any]:
    kind = draw(st.sampled_from(list(API_VERSIONS)))
    by = draw(st.sampled_from(["owned", "owner", {"theirs": "data.uses", "mine": "metadata.name"}]))
    if isinstance(by, dict):
        kind = "ConfigMap"
    rule = {
        "apiVersion": API_VERSIONS[kind],
        "kind": kind,
        "by": by,
        "are": draw(st.sampled_from(["none", "any", "all"])),
    }
    if draw(st.booleans()):
        rule["where"] = draw(condition((kind,), depth=0, timeless=timeless, related=False))
    return {"related": [rule]}


@st.composite
def condition(
    draw: DrawFn, kinds: tuple[str, ...], *, depth: int = 2, timeless: bool = False, related: bool = True
) -> dict[str, Any]:
    """A condition map of one keyword, or of two.

    Args:
        draw: Hypothesis'.
        kinds: The kinds that the policy takes.
        depth: How deep maps may stand in it.
        timeless: Whether none of it speaks of now.
        related: Whether it may ask of other objects.
    """
    choices: list[SearchStrategy[dict[str, Any]]] = [
        requirements(ENVS).map(lambda rule: {"hasLabels": [{"key": "env", **rule}]}),
        requirements(NOTES).map(lambda rule: {"hasAnnotations": [{"key": "note", **rule}]}),
        _fields(kinds),
        _fields(kinds),
        _owner().map(lambda owner: {"owner": owner}),
        _cel(timeless=timeless).map(lambda text: {"cel": text}),
        _jmespath(timeless=timeless).map(lambda text: {"jmespath": text}),
    ]
    if not timeless:
        choices.append(WAITS.map(lambda wait: {"olderThan": wait}))
    if set(kinds) <= {"Pod", "Job"}:
        phases = st.sampled_from([["Failed"], ["Succeeded", "Failed"], ["Succeeded"]])
        choices.append(phases.map(lambda names: {"phase": names}))
    if depth:
        inner = condition(kinds, depth=depth - 1, timeless=timeless, related=related)
        choices += [_nested(word, inner) for word in ("any", "all", "none")]
        if related:
            choices.append(_related(timeless=timeless))
            if set(kinds) == {"ConfigMap"}:
                choices.append(st.just({"unreferenced": True}))
    return draw(st.one_of(choices))


def _nested(word: str, inner: SearchStrategy[dict[str, Any]]) -> SearchStrategy[dict[str, Any]]:
    return st.lists(inner, min_size=1, max_size=2).map(lambda maps: {word: maps})


@st.composite
def conditions(draw: DrawFn, kinds: tuple[str, ...], **options: Any) -> dict[str, Any]:
    """The condition map of a policy: none, one or two of them."""
    made: dict[str, Any] = {}
    for _ in range(draw(st.sampled_from([0, 1, 0, 1, 2]))):
        made |= draw(condition(kinds, **options))
    return made


def _start() -> SearchStrategy[Any]:
    return st.sampled_from(
        [
            "created",
            "finished",
            {"path": "metadata.annotations.until"},
            {"path": "metadata.annotations.until", "else": "created"},
            {"path": "status.lastUsed"},
            {"path": "status.millis", "unit": "ms"},
            {"condition": "Ready"},
            {"condition": "Ready", "status": "False"},
            MARKED,
        ]
    )


@st.composite
def _wait(draw: DrawFn) -> Any:
    if draw(st.booleans()):
        return draw(WAITS)
    wait: dict[str, Any] = {"path": draw(st.sampled_from(["metadata.annotations.ttl", "metadata.labels.env"]))}
    if wait["path"].endswith("env"):
        wait["mappings"] = draw(st.sampled_from([{"prod": "never", "dev": "1h"}, {"dev": "5h", "no": "1d"}]))
        if draw(st.booleans()):
            wait |= {"default": draw(WAITS), "onMissing": draw(st.sampled_from(["keep", "default"]))}
    return wait


def ttls(*, timeless: bool = False) -> SearchStrategy[dict[str, Any]]:
    """A TTL of any form; ``timeless`` ones say the same whenever they are asked, until they are due."""
    cels = [
        "timestamp(object.metadata.creationTimestamp) + duration('5h')",
        "timestamp(object.metadata.creationTimestamp) + duration(object.metadata.annotations.ttl)",
        "'ttl' in object.metadata.annotations ? null : timestamp(object.metadata.creationTimestamp) + duration('1h')",
    ]
    if not timeless:
        cels.append("now - duration('1h')")
    return st.one_of(
        *[WAITS.map(lambda wait: {"afterCreation": wait})] * 3,
        WAITS.map(lambda wait: {"afterFinished": wait}),
        st.fixed_dictionaries({"since": _start(), "wait": _wait()}).map(lambda after: {"after": after}),
        *[WAITS.map(lambda wait: {"after": {"since": "held", "wait": wait}})] * 2,
        st.just({"expiresAt": {"path": "metadata.annotations.until"}}),
        st.just({"expiresAt": {"path": "status.millis", "unit": "ms"}}),
        *[st.just({"immediate": True})] * 2,
        st.sampled_from(cels).map(lambda text: {"cel": text}),
    )


@st.composite
def retains(draw: DrawFn) -> dict[str, Any]:
    """What a policy retains, of groups or of all."""
    taken = draw(st.lists(st.sampled_from([*COUNTS, "within"]), min_size=1, max_size=2, unique=True))
    rule: dict[str, Any] = {
        word: draw(st.sampled_from(["2h", "1d"])) if word == "within" else draw(st.integers(1, 3)) for word in taken
    }
    group_by = draw(st.sampled_from([None, ["metadata.labels.app"], ["owner"], ["metadata.labels.env", "phase"]]))
    order_by = draw(st.sampled_from([None, None, "created", "finished", {"path": "status.lastUsed"}]))
    zone = draw(st.sampled_from([None, "Europe/Berlin"]))
    for word, value in (("groupBy", group_by), ("orderBy", order_by), ("timeZone", zone)):
        if value is not None:
            rule[word] = value
    return rule


@st.composite
def targets(draw: DrawFn, kind: str, *, cluster: bool) -> dict[str, Any]:
    """A target of a kind."""
    target: dict[str, Any] = {"apiVersion": API_VERSIONS[kind], "kind": kind}
    if cluster:
        target["namespaces"] = draw(st.sampled_from([["*"], ["*"], ["*", "!shop"], ["team"]]))
        if draw(st.sampled_from(range(6))) == 5:
            target["namespaceSelector"] = {"matchLabels": {"tier": "dev"}}
    if draw(st.sampled_from(range(5))) == 4:
        target["names"] = draw(st.sampled_from(NAMES))
    if draw(st.sampled_from(range(5))) == 4:
        target["labelSelector"] = draw(selectors())
    if draw(st.sampled_from(range(6))) == 5:
        path, values = draw(st.sampled_from(list(FIELDS[kind].items())))
        target["fieldSelector"] = {"matchFields": {path: values[0]}}
    return target


def selectors() -> SearchStrategy[dict[str, Any]]:
    """A label selector."""
    return st.sampled_from(
        [
            {"matchLabels": {"app": APPS[0]}},
            {"matchExpressions": [{"key": "env", "operator": "NotIn", "values": ["prod"]}]},
            {"matchExpressions": [{"key": "env", "operator": "In", "values": ["dev", "no"]}]},
            {"matchExpressions": [{"key": "app", "operator": "DoesNotExist"}]},
            {"matchExpressions": [{"key": "app", "operator": "Exists"}]},
        ]
    )


ABOUT = ("action", "action", "held", "marked", "unreferenced", "wildcard", "calendar")
"""What a policy may be about: it takes what is old of one kind, and says this one thing beside."""


@st.composite
def policies(
    draw: DrawFn,
    *,
    cluster: bool | None = None,
    timeless: bool = False,
    retaining: bool | None = None,
    related: bool = True,
    breaker: bool = False,
    plain: bool = False,
    about: str = "",
    wildcard: bool = True,
    now: dt.datetime = NOW,
) -> dict[str, Any]:
    """A valid policy, as decoded JSON.

    Args:
        draw: Hypothesis'.
        cluster: Whether it is one of the cluster; None: either.
        timeless: Whether neither its conditions nor its TTL speak of now.
        retaining: Whether it retains; None: either.
        related: Whether its conditions may ask of other objects.
        breaker: Whether it has a breaker that three objects may trip.
        plain: Whether it takes all that is old of one kind, so that what it retains is seen.
        about: One of ``ABOUT``; empty: of all a little.
        wildcard: Whether it may take every kind.
        now: What it means by today.
    """
    single, whole = plain or bool(about), draw(st.booleans()) if cluster is None else cluster
    every = wildcard and (
        (whole and not single and draw(st.sampled_from(range(4))) == 3)
        or (about == "wildcard" and cluster is not False)
    )
    whole = whole or every
    some = ["ConfigMap"] if about == "unreferenced" else list(API_VERSIONS)
    kinds = tuple(draw(st.lists(st.sampled_from(some), min_size=1, max_size=1 if single else 3, unique=True)))
    if every:
        spec = draw(_of_every_kind(timeless=timeless))
    else:
        spec = {
            "targetResources": [draw(targets(kind, cluster=whole)) for kind in kinds],
            "conditions": draw(_conditions_about(about, kinds, timeless=timeless, related=related)),
            "ttl": draw(_ttl_about(about, timeless=timeless)),
        }
        if plain:
            old = st.sampled_from([{"afterCreation": "1h"}, {"immediate": True}])
            spec |= {"conditions": {}, "ttl": draw(old)}
        if draw(st.sampled_from(range(3))) == 2 if retaining is None else retaining:
            spec["retain"] = draw(retains())
    if about == "action" or draw(st.sampled_from(range(3))) == 2:
        spec["action"] = draw(actions(tuple(API_VERSIONS) if every else kinds, cluster=whole))
    keyword = next(iter(spec.get("action", {"delete": {}})))
    spec["behavior"] = draw(behaviors(breaker=breaker)) | draw(behaviors_of(keyword, retaining="retain" in spec))
    spec |= draw(calendars(now, often=about == "calendar"))
    metadata = {"name": "tidy", "generation": 1, "uid": POLICY_UID}
    if not whole:
        metadata["namespace"] = "team"
    return {
        "apiVersion": API_VERSION,
        "kind": CLUSTER if whole else NAMESPACED,
        "metadata": metadata,
        "spec": spec,
    }


@st.composite
def _conditions_about(
    draw: DrawFn, about: str, kinds: tuple[str, ...], *, timeless: bool, related: bool
) -> dict[str, Any]:
    if about == "unreferenced" and related:
        return {"unreferenced": True}
    if about in {"held", "action"}:
        return draw(st.one_of(st.just({}), condition(kinds, depth=0, timeless=timeless, related=False)))
    return {} if about else draw(conditions(kinds, timeless=timeless, related=related))


def _ttl_about(about: str, *, timeless: bool) -> SearchStrategy[dict[str, Any]]:
    if about == "held":
        return WAITS.map(lambda wait: {"after": {"since": "held", "wait": wait}})
    if about == "marked":
        return WAITS.map(lambda wait: {"after": {"since": MARKED, "wait": wait}})
    return WAITS.map(lambda wait: {"afterCreation": wait}) if about else ttls(timeless=timeless)


@st.composite
def _of_every_kind(draw: DrawFn, *, timeless: bool) -> dict[str, Any]:
    """What a policy says that takes whatever carries an annotation."""
    target: dict[str, Any] = {"apiVersion": "*", "kind": "*", "namespaces": draw(st.sampled_from([["*"], ["team"]]))}
    if draw(st.booleans()):
        target["except"] = draw(st.sampled_from([["Pod"], ["batch/Job", "acme.io/Run"]]))
    if draw(st.sampled_from(range(4))) == 3:
        target["labelSelector"] = draw(selectors())
    maps = [
        requirements(ENVS).map(lambda rule: {"hasLabels": [{"key": "env", **rule}]}),
        _owner().map(lambda owner: {"owner": owner}),
    ]
    if not timeless:
        maps.append(WAITS.map(lambda wait: {"olderThan": wait}))
    made = draw(st.one_of(st.just({}), *maps))
    after = {"since": "created", "wait": {"path": "metadata.annotations.ttl"}}
    ttl = draw(st.sampled_from([{"after": after}, {"expiresAt": {"path": "metadata.annotations.until"}}]))
    return {"targetResources": [target], "conditions": made, "ttl": ttl}


@st.composite
def behaviors(draw: DrawFn, *, breaker: bool) -> dict[str, Any]:
    """How a policy acts."""
    made: dict[str, Any] = draw(
        st.fixed_dictionaries({}, optional={"includeOwned": st.booleans(), "includeManaged": st.booleans()})
    )
    if breaker:
        made["breaker"] = draw(
            st.sampled_from(
                [{"maxObjects": 1}, {"maxObjects": 3}, {"minObjects": 1}, {"minObjects": 2, "maxPercent": 20}]
            )
        )
    return made


def valid(**options: Any) -> SearchStrategy[dict[str, Any]]:
    """As ``policies``; the few that say something impossible are left out."""
    return policies(**options).filter(lambda policy: compiled_text(policy).compiled is not None)


def plain_or_not(**options: Any) -> SearchStrategy[dict[str, Any]]:
    """A valid policy: of anything, or what takes all that is old, or retains some of it, or is about one thing."""
    plain = [valid(**{**options, "plain": True, "retaining": retaining}) for retaining in (True, False)]
    about = [valid(**{**options, "about": about, "retaining": False}) for about in ABOUT]
    return st.one_of(*[valid(**options)] * 2, *plain * 2, *about)


def kinds_of(policy: dict[str, Any]) -> tuple[str, ...]:
    """The kinds that a policy takes."""
    kinds = tuple(target["kind"] for target in policy["spec"]["targetResources"])
    return tuple(API_VERSIONS) if kinds == ("*",) else kinds
