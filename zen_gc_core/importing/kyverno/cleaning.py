"""From CleanupPolicies and ClusterCleanupPolicies to policies."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from zen_gc_core.errors import InputError
from zen_gc_core.importing.conversion import Conversion
from zen_gc_core.importing.crons import add_schedule
from zen_gc_core.importing.kyverno.asking import read_condition
from zen_gc_core.importing.kyverno.framing import Framing
from zen_gc_core.importing.kyverno.selecting import conditions_of, read_filters, unknown_of
from zen_gc_core.importing.kyverno.sweeping import Cleanup
from zen_gc_core.importing.kyverno.targeting import targets_of
from zen_gc_core.importing.kyverno.translating import condition_of, seconds_of
from zen_gc_core.importing.reading import fields_of, name_of
from zen_gc_core.texts import one_line

if TYPE_CHECKING:
    from zen_gc_core.importing.conversion import Document, Source
    from zen_gc_core.importing.kinds import Kinds
    from zen_gc_core.importing.kyverno.asking import Condition
    from zen_gc_core.importing.kyverno.filters import Filters as Unseen
    from zen_gc_core.importing.kyverno.selecting import Filters, GroupKind, ResourceFilter
    from zen_gc_core.importing.reading import Fields

NAMESPACED: Final = "CleanupPolicy"
_KNOWN: Final = ("context", "match", "exclude", "conditions", "schedule", "deletionPropagationPolicy")
_OWNERS: Final = ("metadata", "ownerReferences")


def convert(source: Source, unseen: Unseen, kinds: Kinds) -> Conversion:
    """What comes of a CleanupPolicy.

    Args:
        source: The policy.
        unseen: What Kyverno never looks at.
        kinds: What is known of kinds.

    Raises:
        InputError: It is broken; one line with file and place.
    """
    kind = str(source.content["kind"])
    written, name = name_of(source)
    namespace = (written or "default") if kind == NAMESPACED else ""
    conversion = Conversion("kyverno", f"{kind} {f'{namespace}/' if namespace else ''}{name}", source.place)
    spec = fields_of(source).map("spec")
    matched, excluded = read_filters(spec, "match"), read_filters(spec, "exclude")
    conversion.refuse_unknown(spec.unknown(*_KNOWN))
    conversion.refuse_unknown(spec.map("conditions").unknown("any", "all"))
    for which in ("match", "exclude"):
        conversion.refuse_unknown(unknown_of(spec.map(which)))
    variables = _variables(spec, conversion)
    every = _conditions(spec, "all", variables, conversion)
    some = _conditions(spec, "any", variables, conversion)
    framing = Framing(conversion, unseen, namespace)
    if not matched.any_of and not matched.all_of:
        conversion.impossible("spec.match", "it matches nothing")
    if matched.any_of and matched.all_of:
        conversion.impossible("spec.match", "any beside all: Kyverno refuses it, too")
    parts = _parts(matched, kinds, framing, conversion)
    whole = _asked(every, some, conversion)
    none = _excluded(excluded, {kind for targets, _ in parts for kind in _kinds(targets)}, conversion)
    if none:
        whole["conditions"] = {**whole.get("conditions", {}), "none": none}
    scheduled = add_schedule(whole, spec.content.get("schedule"), conversion, "spec.schedule")
    propagation = spec.get("deletionPropagationPolicy", str, "")
    for number, (targets, beside) in enumerate(parts, 1):
        part = {"targetResources": targets, **whole}
        if beside:
            part["conditions"] = {**whole.get("conditions", {}), "all": beside}
        framing.add(name if number == 1 else f"{name}-{number}", part, propagation, scheduled=scheduled)
    conversion.original = Cleanup(matched, excluded, tuple(every), tuple(some), unseen, namespace)
    return conversion


def _variables(spec: Fields, conversion: Conversion) -> dict[str, Any]:
    """The variables of the context that are plain values; of any other, the conditions that use it fail."""
    found = {}
    for entry in spec.maps("context"):
        name = entry.text("name")
        variable = entry.map("variable")
        value = variable.content.get("value")
        if value is not None and not variable.content.get("jmesPath") and not isinstance(value, dict):
            found[name] = value
            conversion.exact(entry.path, f"{name}: written into the conditions")
            continue
        asked = next((each for each in entry.content if each != "name"), "nothing")
        conversion.impossible(entry.path, f"{name}: {one_line(asked, 40)} asks for something else than the object")
    return found


def _conditions(spec: Fields, name: str, variables: dict[str, Any], conversion: Conversion) -> list[Condition]:
    found = []
    for each in spec.map("conditions").maps(name):
        try:
            found.append(read_condition(each, variables))
        except InputError as error:
            conversion.impossible(each.path, str(error))
    return found


def _asked(every: list[Condition], some: list[Condition], conversion: Conversion) -> Document:
    """The TTL and the conditions of the policies."""
    ttl: Document = {"immediate": True}
    cel: list[str] = []
    conditions: Document = {}
    for condition in every:
        if (seconds := _age(condition)) and "immediate" in ttl:
            ttl = {"afterCreation": f"{seconds}s"}
            conversion.exact(condition.path, f"ttl.afterCreation: {seconds}s")
        elif _asks_for_no_owner(condition):
            conditions["owner"] = "none"
            conversion.exact(condition.path, "conditions.owner: none")
        else:
            cel += _in_cel(condition, conversion)
    anything = [text for condition in some for text in _in_cel(condition, conversion)]
    if anything:
        cel.append(" || ".join(f"({text})" for text in anything))
    if cel:
        conditions["cel"] = cel
    return {**({"conditions": conditions} if conditions else {}), "ttl": ttl}


def _age(condition: Condition) -> int:
    """The seconds that an object must be old, where a condition asks for that alone; else 0."""
    if not condition.key.is_age or not condition.operator.startswith(("greaterthan", "durationgreaterthan")):
        return 0
    try:
        return max(seconds_of(condition.value), 0)
    except InputError:
        return 0


def _asks_for_no_owner(condition: Condition) -> bool:
    key = condition.key
    same = condition.operator in {"equals", "equal"} and condition.value == []
    return same and key.path == _OWNERS and key.default == []


def _in_cel(condition: Condition, conversion: Conversion) -> list[str]:
    """A condition as CEL; nothing, where it is noted as impossible."""
    try:
        written = condition_of(condition)
    except InputError as error:
        conversion.impossible(condition.path, str(error))
        return []
    _say(condition, conversion)
    return [written]


def _say(condition: Condition, conversion: Conversion) -> None:
    if condition.key.is_age or isinstance(condition.value, bool) or condition.value == []:
        conversion.exact(condition.path, "conditions.cel")
    else:
        conversion.narrower(
            condition.path,
            "conditions.cel; a number written as text, or a text that Kyverno might read as a number, a duration or a quantity, "
            "is kept",
        )


def _kinds(targets: list[Document]) -> set[GroupKind]:
    return {(target["apiVersion"].rpartition("/")[0], target["kind"]) for target in targets}


def _excluded(excluded: Filters, kinds: set[GroupKind], conversion: Conversion) -> list[Document]:
    """What ``exclude`` names, as entries of ``none``."""
    found: list[Document] = []
    for each in excluded.any_of:
        path = f"{each.path} (exclude)"
        try:
            asked = None if each.empty else conditions_of(each, kinds)
        except InputError as error:
            conversion.impossible(path, str(error))
            continue
        conversion.exact(path, "matches nothing of what is left" if asked is None else "conditions.none")
        found += [] if asked is None else [asked]
    together = excluded.all_of if not excluded.any_of and not any(each.empty for each in excluded.all_of) else ()
    if together:
        try:
            asked_all = [conditions_of(each, kinds) for each in together]
        except InputError as error:
            conversion.impossible("spec.exclude.all", str(error))
        else:
            conversion.exact("spec.exclude.all", "conditions.none")
            maps = [each for each in asked_all if each is not None]
            found += [{"all": maps}] if len(maps) == len(asked_all) else []
    return found


def _parts(
    matched: Filters, kinds: Kinds, framing: Framing, conversion: Conversion
) -> list[tuple[list[Document], list[Document]]]:
    """The targets, and what is asked beside them: together, or one each where filters ask for annotations."""
    if matched.all_of and not matched.any_of:
        return _intersection(matched.all_of, kinds, framing, conversion)
    plain: list[Document] = []
    parts: list[tuple[list[Document], list[Document]]] = []
    for each in matched.any_of:
        targets = targets_of(each, kinds, framing, conversion)
        if each.annotations:
            asked = _only_annotations(each, conversion)
            parts.append((targets, asked))
        else:
            plain += targets
    return [*([(plain, [])] if plain or not parts else []), *parts]


def _only_annotations(found: ResourceFilter, conversion: Conversion) -> list[Document]:
    bare = type(found)(found.path, (), (), (), None, None, found.annotations)
    try:
        asked = conditions_of(bare, [("", "")])
    except InputError as error:
        conversion.impossible(f"{found.path}.annotations", str(error))
        return []
    conversion.exact(f"{found.path}.annotations", "conditions.all")
    return [asked] if asked is not None else []


def _intersection(
    filters: tuple[ResourceFilter, ...], kinds: Kinds, framing: Framing, conversion: Conversion
) -> list[tuple[list[Document], list[Document]]]:
    first, *others = filters
    targets = targets_of(first, kinds, framing, conversion)
    asked = _only_annotations(first, conversion) if first.annotations else []
    for each in others:
        try:
            more = None if each.empty else conditions_of(each, _kinds(targets))
        except InputError as error:
            conversion.impossible(each.path, str(error))
            continue
        if more is None and targets:
            conversion.impossible(each.path, "matches nothing of what the first one matches, and then nothing is")
        elif more is not None:
            asked.append(more)
            conversion.exact(each.path, "conditions.all")
    return [(targets, asked)]
