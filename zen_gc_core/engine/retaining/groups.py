"""Groups: what an object has in common with those among which it is retained.

Kind and namespace always belong to it, and the version never does. An object of which the group cannot be told is in
none: put into a common one, a typo would fold all series into one.
"""

from __future__ import annotations

from operator import attrgetter
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from zen_gc_core.errors import Missing, Undecided
from zen_gc_core.fieldpaths import MISSING, FieldPath
from zen_gc_core.model.phases import phase_of
from zen_gc_core.model.retain import OWNER
from zen_gc_core.texts import kind_of, visible

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from zen_gc_core.engine.shares import KindKey
    from zen_gc_core.model.candidate import Candidate
    from zen_gc_core.model.retain import GroupBy

GroupKey: TypeAlias = tuple[Any, ...]
"""A group: API group, kind, namespace, and the values that the policy groups by."""

_LONGEST_SHOWN: Final = 60
_BEFORE_VALUES: Final = 3


def grouping(group_by: Sequence[GroupBy]) -> Callable[[Candidate, KindKey], GroupKey]:
    """What says which group an object is in.

    Args:
        group_by: What is alike in all objects of a group.

    Returns:
        A callable that takes an object, and what its kind is counted under. It raises Missing where the object lacks
        what the policy groups by, and Undecided where that is no scalar.
    """
    parts = [_placed(_value_of(each), f"groupBy[{index}]") for index, each in enumerate(group_by)]

    def group(candidate: Candidate, kind: KindKey) -> GroupKey:
        return (*kind, candidate.namespace, *[part(candidate) for part in parts])

    if len(parts) != 1:
        return group
    (part,) = parts

    def group_of_one(candidate: Candidate, kind: KindKey) -> GroupKey:
        return (kind[0], kind[1], candidate.namespace, part(candidate))

    (only,) = group_by
    if not isinstance(only, FieldPath) or (label := _label(only)) is None:
        return group_of_one

    def group_of_label(candidate: Candidate, kind: KindKey) -> GroupKey:  # what most policies ask of every object
        found = candidate.labels.get(label)
        value = found if type(found) is str else part(candidate)
        return (kind[0], kind[1], candidate.namespace, value)

    return group_of_label


def _label(path: FieldPath) -> str | None:
    """The label that a path names; None where it names something else."""
    match path.segments:
        case ("metadata", "labels", str(key)):
            return key
    return None


def _placed(value_of: Callable[[Candidate], Any], place: str) -> Callable[[Candidate], Any]:
    """The same, which says where it stands in the policy when an object lacks it."""

    def value(candidate: Candidate) -> Any:
        try:
            return value_of(candidate)
        except Missing as doubt:
            doubt.place = place
            raise

    return value


def siblings(group_by: GroupBy, candidate: Candidate) -> Iterable[str]:
    """The keys that an object has where it lacks one that is grouped by."""
    if not isinstance(group_by, FieldPath) or len(group_by.segments) < 2:
        return ()
    parent = candidate.get(FieldPath(group_by.segments[:-1], ""))
    return [key for key in parent if isinstance(key, str)] if isinstance(parent, dict) else ()


def _value_of(group_by: GroupBy) -> Callable[[Candidate], Any]:
    if not isinstance(group_by, FieldPath):
        return _owner if group_by == OWNER else _phase
    path = group_by

    def value(candidate: Candidate) -> Any:
        found = candidate.get(path)
        return found if type(found) is str else _scalar(path, found)

    match path.segments:
        case ("metadata", "labels", str(key)):
            texts_of = attrgetter("labels")
        case ("metadata", "annotations", str(key)):
            texts_of = attrgetter("annotations")
        case _:
            return value

    def text(candidate: Candidate) -> Any:  # is at hand: the rest of the metadata need not be decoded
        found = texts_of(candidate).get(key, MISSING)
        return found if type(found) is str else _scalar(path, found)

    return text


def _scalar(path: FieldPath, value: Any) -> Any:
    """A value that is no text, as it tells groups apart: of another type, it is another one."""
    if value is MISSING or value is None:
        raise Missing(f"it is in no group: {path} is {'missing' if value is MISSING else 'null'}")
    if isinstance(value, bool | int | float):
        return (isinstance(value, bool), value)
    raise Undecided(f"{path} is {kind_of(value)}, and no scalar to group by")


def _owner(candidate: Candidate) -> Any:
    controllers = [owner for owner in candidate.owner_references if owner.controller]
    if not controllers:
        raise Missing("it is in no group: no controller owns it")
    if len(controllers) > 1 or not controllers[0].uid:
        raise Undecided("which controller owns it cannot be told")
    (owner,) = controllers
    return ("owner", owner.kind, owner.uid)


def _phase(candidate: Candidate) -> Any:
    try:
        return ("phase", phase_of(candidate))
    except Missing as doubt:
        raise Missing(f"it is in no group: {doubt}") from None


def group_words(group_by: Sequence[GroupBy], key: GroupKey) -> str:
    """A group in words (``pipeline=build``): its values, for those who may read the objects; empty where it has none."""
    return ", ".join(
        f"{_name(each)}={_shown(value)}" for each, value in zip(group_by, key[_BEFORE_VALUES:], strict=True)
    )


def _name(group_by: GroupBy) -> str:
    if not isinstance(group_by, FieldPath):
        return group_by
    last = group_by.segments[-1]
    return last.rpartition("/")[2] or last if isinstance(last, str) else str(group_by)


def _shown(value: Any) -> str:
    text = value
    if isinstance(value, tuple):
        text = f"{value[1]} {value[2]}" if value[0] == "owner" else value[1]
        text = str(text).lower() if isinstance(text, bool) else str(text)
    return visible(text, _LONGEST_SHOWN)
