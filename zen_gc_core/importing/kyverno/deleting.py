"""From DeletingPolicies and NamespacedDeletingPolicies to policies."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from zen_gc_core.errors import InputError
from zen_gc_core.importing.conversion import Conversion
from zen_gc_core.importing.crons import add_schedule
from zen_gc_core.importing.kyverno.constraints import kinds_of, read_constraints, unknown_of
from zen_gc_core.importing.kyverno.expressions import condition_of
from zen_gc_core.importing.kyverno.framing import Framing
from zen_gc_core.importing.kyverno.meaning import Deleting
from zen_gc_core.importing.kyverno.wildcards import matches
from zen_gc_core.importing.labels import joined
from zen_gc_core.importing.reading import fields_of, name_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from zen_gc_core.importing.conversion import Document, Interpreter, Source
    from zen_gc_core.importing.kinds import Kinds
    from zen_gc_core.importing.kyverno.filters import Filters
    from zen_gc_core.importing.reading import Fields

NAMESPACED: Final = "NamespacedDeletingPolicy"
_KNOWN: Final = ("matchConstraints", "conditions", "variables", "schedule", "deletionPropagationPolicy")


@dataclass(frozen=True, slots=True)
class Expressions:
    """What a DeletingPolicy asks about an object.

    Args:
        conditions: Its conditions: where each stands, and its CEL.
        variables: Its variables, by name, in order.
        exceptions: The conditions of each PolicyException that names it.
    """

    conditions: tuple[tuple[str, str], ...]
    variables: dict[str, str]
    exceptions: tuple[tuple[str, ...], ...] = ()


def convert(
    source: Source, exceptions: Sequence[Source], filters: Filters, kinds: Kinds, interpreter: Interpreter
) -> Conversion:
    """What comes of a DeletingPolicy.

    Args:
        source: The policy.
        exceptions: The PolicyExceptions of the files.
        filters: What Kyverno never looks at.
        kinds: What is known of kinds.
        interpreter: Evaluates CEL, for the comparison.

    Raises:
        InputError: It is broken; one line with file and place.
    """
    kind = str(source.content["kind"])
    written, name = name_of(source)
    namespace = (written or "default") if kind == NAMESPACED else ""
    conversion = Conversion("kyverno", f"{kind} {f'{namespace}/' if namespace else ''}{name}", source.place)
    spec = fields_of(source).map("spec")
    constraints = read_constraints(spec)
    conversion.refuse_unknown(spec.unknown(*_KNOWN))
    conversion.refuse_unknown(unknown_of(spec))
    asked = _expressions(spec, kind, name, exceptions)
    framing = Framing(conversion, filters, namespace)
    targets = []
    for each, names in kinds_of(constraints, kinds, conversion):
        target = framing.target(each, names)
        if target is None:
            continue
        if constraints.objects or (constraints.namespaces and each.kind == "Namespace" and not each.group):
            inside = joined(constraints.namespaces) if each.kind == "Namespace" and not each.group else {}
            target["labelSelector"] = _merged(joined(constraints.objects), inside)
        if constraints.namespaces and each.namespaced:
            if namespace:
                conversion.impossible(
                    "spec.matchConstraints.namespaceSelector", "a policy of a namespace has no such selector"
                )
            else:
                target["namespaceSelector"] = constraints.namespaces
        targets.append(framing.unmanaged(target))
    if constraints.objects:
        conversion.exact("spec.matchConstraints.objectSelector", "labelSelector")
    if constraints.namespaces and not namespace:
        conversion.exact("spec.matchConstraints.namespaceSelector", "namespaceSelector")
    if not constraints.rules:
        conversion.impossible(
            "spec.matchConstraints", "it names no resources: there is nothing in a cluster that it is for"
        )
    conditions = _conditions(asked, conversion)
    whole: Document = {"targetResources": targets, **({"conditions": conditions} if conditions else {})}
    whole["ttl"] = {"immediate": True}
    conversion.exact("spec.conditions", "ttl.immediate: what meets them goes at the next time")
    scheduled = add_schedule(whole, spec.content.get("schedule"), conversion, "spec.schedule")
    propagation = spec.get("deletionPropagationPolicy", str, "")
    framing.add(name, whole, propagation, scheduled=scheduled)
    conversion.original = Deleting(constraints, asked, filters, namespace, interpreter)
    return conversion


def _merged(first: Document, second: Document) -> Document:
    labels = [{"key": key, "operator": "In", "values": [value]} for key, value in second.get("matchLabels", {}).items()]
    return joined(first, *labels, *second.get("matchExpressions", []))


def _expressions(spec: Fields, kind: str, name: str, exceptions: Sequence[Source]) -> Expressions:
    variables = {each.text("name"): each.text("expression") for each in spec.maps("variables")}
    conditions = tuple((each.path, each.text("expression")) for each in spec.maps("conditions"))
    excepted = tuple(
        tuple(each.text("expression") for each in exception.maps("matchConditions"))
        for exception in (fields_of(one).map("spec") for one in exceptions)
        if any(
            matches(each.get("name", str, ""), name) and each.get("kind", str, kind) == kind
            for each in exception.maps("policyRefs")
        )
    )
    return Expressions(conditions, variables, excepted)


def _conditions(asked: Expressions, conversion: Conversion) -> Document:
    """The conditions of a policy; what has none is noted as impossible."""
    written = []
    for path, expression in asked.conditions:
        try:
            written.append(condition_of(expression, asked.variables))
        except InputError as error:
            conversion.impossible(f"{path}.expression", str(error))
        else:
            conversion.exact(f"{path}.expression", "conditions.cel")
    none: list[Any] = []
    for number, exception in enumerate(asked.exceptions):
        path = f"PolicyException {number + 1}"
        try:
            none.append({"cel": [condition_of(each, asked.variables) for each in exception] or ["true"]})
        except InputError as error:
            conversion.impossible(path, str(error))
        else:
            conversion.exact(path, "conditions.none")
    if not asked.exceptions:
        conversion.assumed.append(
            "no PolicyException names it; one that does, given with -f, is written into its conditions"
        )
    return {**({"cel": written} if written else {}), **({"none": none} if none else {})}
