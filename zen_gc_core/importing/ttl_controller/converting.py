"""From the annotations of k8s-ttl-controller to policies: since creation, and since the last refresh."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from zen_gc_core.importing.conversion import Conversion
from zen_gc_core.importing.opted_in import every_kind, those
from zen_gc_core.importing.ttl_controller.meaning import REFRESHED_ANNOTATION, TTL_ANNOTATION, TtlController

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from zen_gc_core.importing.conversion import Document, Source
    from zen_gc_core.importing.kinds import Kinds

TOOL: Final = "k8s-ttl-controller"
_RESOURCES: Final = "API_RESOURCES_TO_WATCH"


def convert(sources: Sequence[Source], kinds: Kinds) -> Conversion:
    """What comes of a k8s-ttl-controller.

    Args:
        sources: Manifests by which it is run, and objects that it looks at; may be none.
        kinds: What is known of kinds.
    """
    run = next(((found, each.place) for each in sources if (found := resources_of(each.content)) is not None), None)
    resources, place = run or (frozenset(), "")
    conversion = Conversion(TOOL, TOOL, place, original=TtlController(resources))
    wait = {"path": _path(TTL_ANNOTATION)}
    conversion.narrower(
        TTL_ANNOTATION,
        "ttl.after.wait.path; of its values, those with fractions, milliseconds, a sign or units out of order (1.5h, 100ms, "
        "30m1h) are kept, and so is 0",
    )
    conversion.narrower(
        REFRESHED_ANNOTATION, "ttl.after.since.path, in a policy of its own; unreadable, the object is kept"
    )
    conversion.narrower(
        "what a controller looks after",
        "unfinished objects with a controller owner, or that Argo CD, Flux or Helm tracks, are kept; behavior.includeOwned and "
        "behavior.includeManaged take them, as k8s-ttl-controller does",
    )
    conversion.exact(
        "propagation", "not written there: the Pods of Jobs and ReplicationControllers stay, in policies of their own"
    )
    if not place:
        conversion.assumed.append(
            f"it looks at every resource; its Deployment with {_RESOURCES}, given with -f, says otherwise"
        )
    conversion.assumed.append(
        "it may delete whatever it looks at; what its roles do not allow, zen-gc's must not, either"
    )
    fresh = {"hasAnnotations": [{"key": REFRESHED_ANNOTATION, "operator": "DoesNotExist"}]}
    for suffix, targets, action in _targets(resources, kinds, conversion):
        acting = {"action": action} if action else {}
        created = {"after": {"since": "created", "wait": wait}}
        refreshed = {"after": {"since": {"path": _path(REFRESHED_ANNOTATION)}, "wait": wait}}
        conversion.add(f"{TOOL}{suffix}", {"targetResources": targets, "conditions": fresh, "ttl": created, **acting})
        conversion.add(f"{TOOL}-refreshed{suffix}", {"targetResources": targets, "ttl": refreshed, **acting})
    return conversion


def _targets(
    resources: frozenset[str], kinds: Kinds, conversion: Conversion
) -> Iterator[tuple[str, list[Document], Document]]:
    if not resources:
        conversion.narrower("resources", "every kind that opts in by the annotation; protected kinds are kept")
        yield from every_kind()
        return
    targets = []
    for plural in sorted(resources):
        found = kinds.of_plural(plural)
        if not found:
            conversion.narrower(
                _RESOURCES, f"{plural}: its kind is not known, and left out; give its definition with -f"
            )
        for each in found:
            where = {"namespaces": ["*"]} if each.namespaced else {}
            targets.append({"apiVersion": each.api_version, "kind": each.kind, **where})
    conversion.exact(_RESOURCES, f"targetResources: {', '.join(sorted(resources))}")
    yield from those(targets)


def resources_of(manifest: Document) -> frozenset[str] | None:
    """The resources to which a k8s-ttl-controller is restricted by its manifest; None where it runs none."""
    spec: Any = manifest.get("spec")
    template = spec.get("template") if isinstance(spec, dict) else None
    inner = template.get("spec") if isinstance(template, dict) else spec
    containers = inner.get("containers") if isinstance(inner, dict) else None
    for container in containers if isinstance(containers, list) else ():
        if not isinstance(container, dict):
            continue
        image = str(container.get("image", "")).rpartition("/")[2].partition(":")[0].partition("@")[0]
        if image != TOOL:
            continue
        if container.get("envFrom"):
            return frozenset({"(envFrom)"})  # as below
        environment = container.get("env")
        for variable in environment if isinstance(environment, list) else ():
            if isinstance(variable, dict) and variable.get("name") == _RESOURCES:
                if "valueFrom" in variable:
                    return frozenset({"(valueFrom)"})  # not known here: nothing is what it is certain to look at
                names = str(variable.get("value") or "").split(",")
                return frozenset(name for name in names if name)
        return frozenset()
    return None


def _path(annotation: str) -> str:
    return f"metadata.annotations['{annotation}']"
