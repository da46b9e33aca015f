"""Reading selectors: labels as Kubernetes' LabelSelector, fields as paths and the text that each must have."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, cast, get_args

from zen_gc_core.engine.parsing import limits
from zen_gc_core.engine.parsing.document import described
from zen_gc_core.errors import InputError
from zen_gc_core.fieldpaths import FieldPath
from zen_gc_core.model.names import label_key_fault, label_value_fault
from zen_gc_core.model.selectors import FieldSelector, LabelSelector, Operator, Requirement, as_text
from zen_gc_core.texts import nearest, visible

if TYPE_CHECKING:
    from zen_gc_core.engine.parsing.document import Fields, Place

OPERATORS: Final[tuple[Operator, ...]] = get_args(Operator)


def read_label_selector(place: Place | None) -> LabelSelector | None:
    """Read a label selector; None where none is written.

    Null is as good as none, as in the Go program, with a warning: it selects everything.
    """
    fields = _selector(place, ("matchLabels", "matchExpressions"))
    if fields is None:
        return None
    requirements: list[Requirement] = []
    if labels := fields.get("matchLabels"):
        entries = labels.entries(most=limits.LABELS) or {}
        requirements.extend(filter(None, (_equals(entries[key], key) for key in sorted(entries))))
    if expressions := fields.get("matchExpressions"):
        requirements.extend(filter(None, map(_requirement, expressions.items(most=limits.LABELS) or ())))
    return LabelSelector(tuple(requirements))


def read_field_selector(place: Place | None) -> FieldSelector | None:
    """Read a field selector; None where none is written."""
    fields = _selector(place, ("matchFields",))
    if fields is None:
        return None
    wanted: list[tuple[FieldPath, str]] = []
    if matches := fields.get("matchFields"):
        entries = matches.entries(most=limits.FIELDS) or {}
        wanted.extend(filter(None, (_field(entries[key], key) for key in sorted(entries))))
    return FieldSelector(tuple(wanted))


def _selector(place: Place | None, known: tuple[str, ...]) -> Fields | None:
    if place is None:
        return None
    if place.value is None:
        place.problems.warn(place.path, "is null and selects everything; leave it out if that is meant")
        return None
    if advice := _standing_directly(place.value, known):
        place.refuse(advice)
        return None
    fields = place.fields(known)
    if fields is not None and not any(each.value for each in fields.present.values()):
        place.problems.warn(place.path, "asks nothing and selects everything; leave it out if that is meant")
    return fields


def _standing_directly(value: Any, known: tuple[str, ...]) -> str | None:
    """What to write for labels or fields that stand directly in the selector (``{app: web}``); None where none do."""
    if isinstance(value, str):
        pairs = [pair.partition("=") for pair in value.split(",")]
        right = all(name and equals and "=" not in text for name, equals, text in pairs)
        entries = {name.strip(): text.strip() for name, _, text in pairs} if right else {}
        lead = f"must be an object, not {described(value)}"
    elif isinstance(value, dict):
        plain = all(isinstance(key, str) and isinstance(text, str) for key, text in value.items())
        entries = value if plain and not any(nearest(key, known) for key in value) else {}
        lead = f"unknown field {described(next(iter(value), None))}"
    else:
        return None
    if not entries:
        return None
    shown = ", ".join(f"{visible(name, 64)}: {visible(text, 64)}" for name, text in list(entries.items())[:3])
    return f"{lead}: write {known[0]}: {{{shown}{', …' if len(entries) > 3 else ''}}}"


def _equals(place: Place, key: str) -> Requirement | None:
    fault = label_key_fault(key)
    if fault:
        place.refuse(fault)
    value = _label_value(place)
    return None if fault or value is None else Requirement(key, "In", (value,))


def _label_value(place: Place) -> str | None:
    value = place.text(least=0)
    if value is not None and (fault := label_value_fault(value)):
        place.refuse(fault)
        return None
    return value


def _requirement(place: Place) -> Requirement | None:
    fields = place.fields(("key", "operator", "values"))
    if fields is None:
        return None
    key = _key(fields)
    named = fields.required("operator", f"is missing: write one of {', '.join(OPERATORS)}")
    operator = cast("Operator | None", named.choice(OPERATORS) if named else None)
    values = _values(fields, operator)
    if key is None or operator is None or values is None:
        return None
    return Requirement(key, operator, tuple(sorted(set(values))))


def _key(fields: Fields) -> str | None:
    place = fields.required("key")
    key = place.text() if place else None
    if place and key is not None and (fault := label_key_fault(key)):
        place.refuse(fault)
        return None
    return key


def _values(fields: Fields, operator: Operator | None) -> list[str] | None:
    place = fields.get("values")
    items = place.items(most=limits.LABEL_VALUES) if place else []
    if items is None:
        return None
    if items and operator in {"Exists", "DoesNotExist"}:
        fields.place.refuse(f"{operator} takes no values")
        return None
    if not items and operator in {"In", "NotIn"}:
        fields.place.refuse(f"{operator} needs values")
        return None
    values = [_label_value(each) for each in items]
    return [value for value in values if value is not None]


def _field(place: Place, key: str) -> tuple[FieldPath, str] | None:
    try:
        path = FieldPath.parse(key)
    except InputError as error:
        place.refuse(str(error))
        return None
    value = place.value
    text = None if isinstance(value, int) and abs(value) > limits.INTEGER else as_text(value)
    if text is None:
        place.refuse(f"must be text, a number or a boolean, not {described(place.value)}")
        return None
    if len(text) > limits.FIELD_VALUE:
        place.refuse(f"has {len(text)} characters; {limits.FIELD_VALUE} are the most")
        return None
    return path, text
