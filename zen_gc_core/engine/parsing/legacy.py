"""The Go program's spelling of a policy, rewritten to the native one. Nothing else of the project knows it.

``targetResource`` → one entry of ``targetResources`` · ``secondsAfterCreation``, ``fieldPath`` and ``relativeTo`` →
``after`` · ``conditions.and`` → ``fields`` · ``behavior.propagationPolicy`` and ``gracePeriodSeconds`` →
``action.delete``. What was rewritten is noted in the spelling, so that everything said of it later names the words
that the user wrote. The same thing in both spellings is refused. What has the wrong type is handed on as it is, to be
refused where it is read.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from zen_gc_core.engine.parsing import legacy_ttl, limits
from zen_gc_core.engine.parsing.document import Place, Problems
from zen_gc_core.engine.parsing.spelling import child, item
from zen_gc_core.model.names import namespace_fault

if TYPE_CHECKING:
    from zen_gc_core.engine.parsing.scopes import Reach

_OLD_BEHAVIOR: Final = ("propagationPolicy", "gracePeriodSeconds", "finalizer")
PROPAGATION_POLICIES: Final = ("Background", "Foreground", "Orphan")


def rewrite(spec: dict[str, Any], problems: Problems, reach: Reach) -> dict[str, Any]:
    """Rewrite the ``spec`` of a policy.

    Args:
        spec: The spec as it was written; it is not changed.
        problems: Takes what is wrong with the old words, and the map from native places to them.
        reach: How far the policy may reach: an empty ``namespace`` meant all of them to the Go program.

    Returns:
        The spec in the native spelling alone.
    """
    rewritten = dict(spec)
    problems.spelling.words.update(
        {"spec": ("targetResource",), "spec.behavior": _OLD_BEHAVIOR, "spec.ttl": legacy_ttl.WORDS}
    )
    if "targetResource" in spec:
        _target(rewritten, problems, reach)
    if isinstance(spec.get("ttl"), dict):
        _settle(rewritten, "ttl", legacy_ttl.rewrite(spec["ttl"], problems), problems)
    if isinstance(spec.get("conditions"), dict) and "and" in spec["conditions"]:
        rewritten["conditions"] = _conditions(dict(spec["conditions"]), problems)
    if isinstance(spec.get("behavior"), dict) and any(word in spec["behavior"] for word in _OLD_BEHAVIOR):
        _behavior(rewritten, problems)
    return rewritten


def _settle(spec: dict[str, Any], name: str, value: dict[str, Any] | None, problems: Problems) -> None:
    """Put a rewritten field into its place, or take it out when it was refused."""
    if value is None:
        spec.pop(name, None)
        problems.settled.add(f"spec.{name}")
    else:
        spec[name] = value


def _target(spec: dict[str, Any], problems: Problems, reach: Reach) -> None:
    target = spec.pop("targetResource")
    if "targetResources" in spec:
        problems.refuse("spec.targetResource", "says the same as targetResources; keep targetResources")
        return
    paths = problems.spelling.paths
    paths["spec.targetResources"] = paths["spec.targetResources[0]"] = "spec.targetResource"
    spec["targetResources"] = [_namespaced(target, problems, reach) if isinstance(target, dict) else target]


def _namespaced(target: dict[str, Any], problems: Problems, reach: Reach) -> dict[str, Any]:
    written = "spec.targetResource.namespace"
    if "namespaces" in target:
        if "namespace" in target:
            problems.refuse(written, "says the same as namespaces; keep namespaces")
        return {name: value for name, value in target.items() if name != "namespace"}
    place = "spec.targetResources[0].namespaces"
    problems.spelling.paths.update({place: written, item(place, 0): written})
    namespace = target.get("namespace", "")
    rest = {name: value for name, value in target.items() if name != "namespace"}
    if isinstance(namespace, str) and namespace not in {"", "*"} and (fault := namespace_fault(namespace)):
        problems.refuse(written, fault)
    elif namespace != "" or (reach.own is not None and reach.crossing):
        rest["namespaces"] = ["*" if namespace == "" else namespace]
    return rest


def _conditions(conditions: dict[str, Any], problems: Problems) -> dict[str, Any]:
    tests = conditions.pop("and")
    if "fields" in conditions:
        problems.refuse("spec.conditions.and", "says the same as fields; keep fields")
        return conditions
    if tests == []:
        problems.refuse("spec.conditions.and", "must not be an empty list, which holds of every object; leave it out")
        return conditions
    paths = problems.spelling.paths
    paths["spec.conditions.fields"] = "spec.conditions.and"
    conditions["fields"] = (
        tests if not isinstance(tests, list) else [_field(test, index, problems) for index, test in enumerate(tests)]
    )
    return conditions


def _field(test: Any, index: int, problems: Problems) -> Any:
    place = item("spec.conditions.fields", index)
    if not isinstance(test, dict):
        return test
    if "path" in test:
        problems.refuse(place, "unknown field 'path'; did you mean 'fieldPath'?")
    problems.spelling.paths[child(place, "path")] = f"{item('spec.conditions.and', index)}.fieldPath"
    return {("path" if name == "fieldPath" else name): value for name, value in test.items()}


def _behavior(spec: dict[str, Any], problems: Problems) -> None:
    behavior = dict(spec["behavior"])
    old = {word: behavior.pop(word) for word in _OLD_BEHAVIOR if word in behavior}
    spec["behavior"] = behavior
    if "finalizer" in old:
        Place(old.pop("finalizer"), "spec.behavior.finalizer", problems).text(least=0, most=limits.NAME)
        problems.warn("spec.behavior.finalizer", "never did anything and does nothing; take it out")
    if not old:
        return
    if "action" in spec:
        for word in old:
            problems.refuse(f"spec.behavior.{word}", "says the same as action; keep action")
        return
    options = _options(old, problems)
    _settle(spec, "action", None if options is None else {"delete": options}, problems)
    paths = problems.spelling.paths
    paths["spec.action"] = paths["spec.action.delete"] = "spec.behavior"
    paths.update({f"spec.action.delete.{word}": f"spec.behavior.{word}" for word in old})


def _options(old: dict[str, Any], problems: Problems) -> dict[str, Any] | None:
    refused = len(problems.errors)
    options: dict[str, Any] = {}
    if "propagationPolicy" in old and old["propagationPolicy"] != "":
        place = Place(old["propagationPolicy"], "spec.behavior.propagationPolicy", problems)
        options["propagationPolicy"] = place.choice(PROPAGATION_POLICIES)
    if "gracePeriodSeconds" in old:
        place = Place(old["gracePeriodSeconds"], "spec.behavior.gracePeriodSeconds", problems)
        options["gracePeriodSeconds"] = place.integer(least=0)
    return options if len(problems.errors) == refused else None
