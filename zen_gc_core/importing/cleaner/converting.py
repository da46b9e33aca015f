"""From Cleaners to policies."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from zen_gc_core.importing.cleaner.meaning import Cleaner
from zen_gc_core.importing.cleaner.scripts import known
from zen_gc_core.importing.cleaner.selecting import SELECTOR_FIELDS, read_selectors
from zen_gc_core.importing.conversion import Conversion, Level
from zen_gc_core.importing.crons import add_schedule
from zen_gc_core.importing.propagating import POLICIES, by_default
from zen_gc_core.importing.reading import fields_of, name_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from zen_gc_core.importing.cleaner.selecting import Selector
    from zen_gc_core.importing.conversion import Document, Source
    from zen_gc_core.importing.kinds import Kinds
    from zen_gc_core.importing.reading import Fields

_KNOWN: Final = (
    *("action", "blastRadiusLimit", "deleteOptions", "notifications", "occurrenceThreshold", "resourcePolicySet"),
    *("rollback", "schedule", "startingDeadlineSeconds", "storeResourcePath", "transform"),
)
_KEPT_FOR: Final = "7d"
_NOT_RECYCLED: Final = frozenset({"Namespace", "CustomResourceDefinition"})


def convert(source: Source, kinds: Kinds) -> Conversion:
    """What comes of a Cleaner.

    Args:
        source: The Cleaner.
        kinds: What is known of kinds.

    Raises:
        InputError: It is broken; one line with file and place.
    """
    _, name = name_of(source)
    conversion = Conversion("k8s-cleaner", f"Cleaner {name}", source.place)
    spec = fields_of(source).map("spec")
    policy_set = spec.map("resourcePolicySet")
    selectors = tuple(read_selectors(policy_set))
    aggregated = policy_set.get("aggregatedSelection", str, "")
    action = spec.get("action", str, "Delete")
    conversion.original = Cleaner(selectors, action == "Delete", bool(aggregated))
    conversion.refuse_unknown(spec.unknown(*_KNOWN))
    conversion.refuse_unknown(policy_set.unknown("resourceSelectors", "aggregatedSelection"))
    for each in policy_set.maps("resourceSelectors"):
        conversion.refuse_unknown(each.unknown(*SELECTOR_FIELDS))
    if not selectors:
        conversion.impossible("spec.resourcePolicySet.resourceSelectors", "there are none: nothing is selected")
    condition = _condition(selectors)
    targets = [_target(selector, kinds, conversion, condition) for selector in selectors]
    if aggregated:
        _script(conversion, "spec.resourcePolicySet.aggregatedSelection", aggregated)
    if action == "Transform":
        _script(conversion, "spec.transform", spec.get("transform", str, ""))
        conversion.impossible(
            "spec.action", "Transform: no policy is made; the actions label, annotate, scale and patch change objects"
        )
        return conversion
    if action not in {"Delete", "Scan"}:
        conversion.impossible("spec.action", f"'{action}' is none of Delete, Transform and Scan")
    asked = {"conditions": {"cel": condition}} if condition else {}
    whole: Document = {"targetResources": targets, **asked, "ttl": {"immediate": True}}
    _add_behavior(spec, selectors, whole, conversion, scans=action == "Scan")
    deadline = spec.get("startingDeadlineSeconds", int, 0)
    scheduled = add_schedule(whole, spec.content.get("schedule"), conversion, "spec.schedule", deadline or None)
    paused = not scheduled or bool(conversion.of(Level.IMPOSSIBLE))
    if targets:
        _add(name, whole, spec.map("deleteOptions").content, conversion, paused=paused)
    return conversion


def _condition(selectors: Sequence[Selector]) -> str:
    """What the scripts ask, where all of them are known and ask the same; empty otherwise: conditions hold for all targets."""
    found = {script.condition if (script := known(each.script)) else "" for each in selectors}
    return found.pop() if len(found) == 1 else ""


def _target(selector: Selector, kinds: Kinds, conversion: Conversion, condition: str) -> Document:
    kind = kinds.known(selector.api_version, selector.kind)
    target: Document = {"apiVersion": selector.api_version, "kind": selector.kind}
    conversion.exact(selector.path, f"targetResources: {selector.api_version} {selector.kind}")
    if kind is None or kind.namespaced:
        target["namespaces"] = [selector.namespace or "*"]
    elif selector.namespace or selector.namespaces:
        conversion.impossible(f"{selector.path}.namespace", f"{selector.kind} lives in no namespace")
    if selector.namespaces and "namespaces" in target:
        target["namespaceSelector"] = selector.namespaces
        conversion.exact(f"{selector.path}.namespaceSelector", "namespaceSelector")
    if selector.labels:
        target["labelSelector"] = {"matchExpressions": list(selector.labels)}
        conversion.exact(f"{selector.path}.labelFilters", "labelSelector")
    if selector.script and condition:
        conversion.narrower(
            f"{selector.path}.evaluate",
            f"a published script, known by its hash: conditions.cel: {condition}; an object without such a field is kept",
        )
    elif selector.script:
        _script(conversion, f"{selector.path}.evaluate", selector.script)
    for name in selector.beside:
        conversion.impossible(f"{selector.path}.{name}", "asks another system, which a policy here never does")
    return target


def _script(conversion: Conversion, path: str, script: str) -> None:
    conversion.impossible(
        path, "Lua is not translated: write what it asks as conditions; the script is carried along as a comment"
    )
    conversion.scripts.append(f"{path}\n{script.rstrip()}")


def _add_behavior(
    spec: Fields,
    selectors: Sequence[Selector],
    whole: Document,
    conversion: Conversion,
    *,
    scans: bool,
) -> None:
    behavior: dict[str, Any] = {}
    if scans:
        behavior["dryRun"] = True
        conversion.exact("spec.action", "Scan: behavior.dryRun")
    if spec.get("occurrenceThreshold", int, 1) > 1:
        conversion.impossible(
            "spec.occurrenceThreshold",
            "runs are not counted here; ttl: {after: {since: held, wait: …}} waits until conditions have held for so long",
        )
    limit = spec.map("blastRadiusLimit")
    if limit.content:
        count = limit.get("maxCount", int, 0)
        percent = limit.get("maxPercentage", int, 0)
        most = {"maxObjects": count} if count > 0 else {}
        behavior["breaker"] = {**most, **({"maxPercent": percent, "minObjects": 1} if percent > 0 else {})}
        if not scans:
            conversion.impossible(
                "spec.blastRadiusLimit",
                "behavior.breaker counts what is due, of unfinished objects, and k8s-cleaner what is selected: a run that it would "
                "not make could be made here; look at zen-gc plan before you unpause the policy",
            )
    kept = [each for each in ("storeResourcePath", "rollback") if spec.content.get(each)]
    if kept and not scans and not {each.kind for each in selectors} & _NOT_RECYCLED:
        behavior["recycle"] = {"keepFor": _KEPT_FOR}
        conversion.narrower(
            f"spec.{' and '.join(kept)}",
            f"behavior.recycle: a copy for {_KEPT_FOR} in the recycle bin; no copy, no delete",
        )
    elif kept and not scans:
        conversion.impossible(f"spec.{' and '.join(kept)}", "of these kinds nothing is copied before it is deleted")
    if spec.content.get("notifications"):
        conversion.assumed.append("spec.notifications are left out: zen-gc tells by events, its status and metrics")
    conversion.narrower("what is terminating", "is never looked at, whatever excludeDeleted says")
    conversion.narrower(
        "what a controller looks after",
        "unfinished objects with a controller owner, or that Argo CD, Flux or Helm tracks, are kept; behavior.includeOwned and "
        "behavior.includeManaged take them, as k8s-cleaner does",
    )
    if behavior:
        whole["behavior"] = behavior


def _add(name: str, whole: Document, options: Document, conversion: Conversion, *, paused: bool) -> None:
    """Add the policies: one for each way in which a delete is sent."""
    path = "spec.deleteOptions"
    grace, propagation = options.get("gracePeriodSeconds"), options.get("propagationPolicy")
    delete: Document = {}
    if isinstance(grace, int) and not isinstance(grace, bool):
        delete["gracePeriodSeconds"] = grace
        conversion.exact(f"{path}.gracePeriodSeconds", f"action.delete.gracePeriodSeconds: {grace}")
    if propagation is not None and propagation not in POLICIES:
        conversion.impossible(f"{path}.propagationPolicy", f"must be one of {', '.join(sorted(POLICIES))}")
        paused, propagation = True, None
    if propagation is not None:
        conversion.exact(f"{path}.propagationPolicy", f"action.delete.propagationPolicy: {propagation}")
        action = {"delete": {"propagationPolicy": propagation, **delete}}
        conversion.add(name, {**whole, "action": action}, paused=paused)
        return
    for suffix, targets, action in by_default(whole["targetResources"], conversion, f"{path}.propagationPolicy"):
        sent = {**action.get("delete", {}), **delete}
        acting = {"action": {"delete": sent}} if sent else {}
        conversion.add(f"{name}{suffix}", {**whole, "targetResources": targets, **acting}, paused=paused)
