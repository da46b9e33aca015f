"""Reading ``spec.retain``: what a policy holds back of each group, whatever its age."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, get_args

from zen_gc_core.engine.parsing import limits
from zen_gc_core.engine.parsing.document import described
from zen_gc_core.errors import InputError
from zen_gc_core.fieldpaths import FieldPath
from zen_gc_core.model.field_times import TimeUnit
from zen_gc_core.model.retain import CALENDAR, MOST_PLACES, OWNER, PHASE, OrderByField, Retain
from zen_gc_core.model.zones import zone
from zen_gc_core.texts import did_you_mean

if TYPE_CHECKING:
    from zen_gc_core.engine.parsing.document import Fields, Place
    from zen_gc_core.model.retain import GroupBy, OrderBy

KEEPS: Final = ("last", "within", *CALENDAR)
"""The fields of which one at least must retain something."""

FIELDS: Final = ("groupBy", "orderBy", *KEEPS, "timeZone")
ORDERS: Final = ("created", "finished")
UNITS: Final = get_args(TimeUnit)

_OF_OTHER_LANGUAGES: Final = "$/{@"
"""How paths begin in JSONPath, JSON Pointer, Go templates and JMESPath."""


def read_retain(place: Place | None) -> Retain | None:
    """Read what a policy retains; None where nothing is written, and where it is refused."""
    if place is None:
        return None
    before = len(place.problems.errors)
    fields = place.fields(FIELDS)
    if fields is None:
        return None
    numbers = {name: _number(fields.get(name)) for name in ("last", *CALENDAR)}
    within = span.duration() if (span := fields.get("within")) else None
    retain = Retain(
        _group_by(fields.get("groupBy")),
        _order_by(fields.get("orderBy")),
        numbers["last"],
        within,
        {name: numbers[name] for name in CALENDAR if numbers[name]},
        _time_zone(fields),
    )
    if len(place.problems.errors) > before:
        return None
    if not any(numbers.values()) and within is None:
        written = [name for name in KEEPS if name in fields.present]
        zeros = " and ".join(f"{name}: 0" for name in written)
        what = f"{zeros} {'retain' if len(written) > 1 else 'retains'} nothing".lstrip()
        place.refuse(f"{what}: one of {', '.join(KEEPS)} must be more, such as last: 3; or leave retain out")
        return None
    return retain


def _number(place: Place | None) -> int:
    return (place.integer(least=0, most=MOST_PLACES) if place else None) or 0


def _group_by(place: Place | None) -> tuple[GroupBy, ...]:
    items = place.items(least=1, most=limits.GROUP_BY) if place else None
    found: dict[str, GroupBy] = {}
    for each in items or ():
        text = each.text(most=limits.FIELD_PATH)
        if text is None:
            continue
        if text in found:
            each.refuse(f"'{text}' is there twice")
        elif text in (OWNER, PHASE):
            found[text] = OWNER if text == OWNER else PHASE
        elif (path := _path(each, text)) is not None:
            found[text] = path
    return tuple(found.values())


def _path(place: Place, text: str) -> FieldPath | None:
    try:
        path = FieldPath.parse(text)
        if text[0] in _OF_OTHER_LANGUAGES:
            raise InputError(f"{described(text)} is no field path")  # noqa: TRY301  as those that cannot be read
    except InputError as error:
        place.refuse(f"{error}; write a path such as metadata.labels['app'], or owner, or phase")
        return None
    if len(path.segments) == 1 and (near := did_you_mean(text, (OWNER, PHASE))):
        place.refuse(f"'{text}' is no field of an object{near}")
        return None
    return path


def _order_by(place: Place | None) -> OrderBy:
    if place is None:
        return "start"
    if isinstance(place.value, dict):
        return _by_field(place.fields(("path", "unit"))) or "start"
    if place.value == "created":
        return "created"
    if place.value == "finished":
        return "finished"
    near = did_you_mean(place.value, ORDERS) if isinstance(place.value, str) else ""
    if not near and isinstance(place.value, str) and "." in place.value:
        near = f"; write {{path: {place.value}}}"
    place.refuse(f"must be created, finished, or a map with the path of a time, not {described(place.value)}{near}")
    return "start"


def _by_field(fields: Fields | None) -> OrderByField | None:
    path = fields.required("path", "is missing: the field that holds the time") if fields else None
    unit = fields.get("unit") if fields else None
    known: TimeUnit | None = None
    if unit is not None and unit.choice(UNITS) is not None:
        known = unit.value
    text = path.text(most=limits.FIELD_PATH) if path else None
    if path is None or text is None:
        return None
    try:
        return OrderByField(FieldPath.parse(text), known)
    except InputError as error:
        path.refuse(str(error))
        return None


def _time_zone(fields: Fields) -> str:
    place = fields.get("timeZone")
    name = place.text() if place else None
    if place is None or name is None:
        return "UTC"
    try:
        zone(name)
    except InputError as error:
        place.refuse(str(error))
        return "UTC"
    if not any(calendar in fields.present for calendar in CALENDAR):
        place.problems.warn(place.path, f"is never used: only {', '.join(CALENDAR)} look at the calendar")
    return name
