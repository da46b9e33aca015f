"""Reading ``spec.targetResources``: kinds, names and selectors, and the scope that a policy may reach."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from zen_gc_core.engine.kinds import built_in, kinds_of, leaves_nothing
from zen_gc_core.engine.parsing import limits, wildcards
from zen_gc_core.engine.parsing.globs import Globs, Names, read_globs
from zen_gc_core.engine.parsing.scopes import read_scope
from zen_gc_core.engine.parsing.selectors import read_field_selector, read_label_selector
from zen_gc_core.model.names import api_version_fault, group_of, kind_fault, name_glob_fault
from zen_gc_core.model.object_types import FREELY_NAMED
from zen_gc_core.model.policy import Target
from zen_gc_core.model.wildcards import ANY
from zen_gc_core.texts import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Callable

    from zen_gc_core.engine.parsing.document import Fields, Place
    from zen_gc_core.engine.parsing.scopes import Reach
    from zen_gc_core.model.selectors import FieldSelector, LabelSelector

FIELDS: Final = (
    "apiVersion",
    "kind",
    "names",
    "namespaces",
    "namespaceSelector",
    "labelSelector",
    "fieldSelector",
    *wildcards.FIELDS,
)
_SELECTORS: Final = ("namespaceSelector", "labelSelector", "fieldSelector")
_EVERY_NAME: Final = Globs(("*",), ())


def read_targets(place: Place | None, reach: Reach) -> tuple[Target, ...]:
    """Read the list of targets.

    Args:
        place: The list; None when it is not there.
        reach: How far the policy may reach.

    Returns:
        The targets that are right.
    """
    if place is None:
        return ()
    entries = place.items(least=1, most=limits.TARGETS) or ()
    return tuple(filter(None, (_target(entry, reach) for entry in entries)))


def _target(place: Place, reach: Reach) -> Target | None:
    fields = place.fields(FIELDS, nullable=_SELECTORS)
    if fields is None:
        return None
    if wildcards.is_wildcard(fields):
        return _wildcard(place, fields, reach)
    wildcards.refuse_strays(fields)
    api_version = _checked(fields, "apiVersion", api_version_fault)
    kind = _checked(fields, "kind", kind_fault)
    names = _names(fields, api_version, kind)
    selectors = _selectors(fields)
    if api_version is None or kind is None:
        return None
    _look_up(fields, api_version, kind)
    scope = read_scope(fields, built_in(api_version, kind), kind, reach)
    if scope is None or names is None:
        return None
    return Target(
        api_version,
        kind,
        scope,
        names.include,
        names.exclude,
        *selectors,
        place.problems.spelling.written(place.path),
    )


def _wildcard(place: Place, fields: Fields, reach: Reach) -> Target | None:
    """A target that means every kind."""
    wildcard = wildcards.read_wildcard(fields, reach)
    names = _names(fields, None, None)
    selectors = _selectors(fields)
    if wildcard is None:
        return None
    if "namespaces" not in place.value:
        place.problems.refuse(
            f"{place.path}.namespaces", "the namespaces of a wildcard must be written out; ['*'] takes all"
        )
        return None
    scope = read_scope(fields, None, "a wildcard's", reach)
    if scope is None or names is None or not wildcards.check_scope(fields, wildcard, scope):
        return None
    return Target(
        ANY,
        ANY,
        scope,
        names.include,
        names.exclude,
        *selectors,
        place.problems.spelling.written(place.path),
        wildcard,
    )


def _selectors(fields: Fields) -> tuple[LabelSelector | None, LabelSelector | None, FieldSelector | None]:
    """The selectors of namespaces, of labels and of fields."""
    return (
        read_label_selector(fields.get("namespaceSelector")),
        read_label_selector(fields.get("labelSelector")),
        read_field_selector(fields.get("fieldSelector")),
    )


def _names(fields: Fields, api_version: str | None, kind: str | None) -> Globs | None:
    if fields.get("names") is None:
        return _EVERY_NAME
    free = api_version is None or kind is None or (group_of(api_version), kind) in FREELY_NAMED
    return read_globs(fields.get("names"), Names(name_glob_fault, free=free))


def _checked(fields: Fields, name: str, fault_of: Callable[[str], str | None]) -> str | None:
    place = fields.required(name)
    text = place.text() if place else None
    if place and text is not None and (fault := fault_of(text)):
        place.refuse(fault)
        return None
    return text


def _look_up(fields: Fields, api_version: str, kind: str) -> None:
    """Say what is known to be odd about a kind; whether it exists is for the API server to say."""
    place = fields.place
    if leaves_nothing(api_version, kind):
        place.problems.refuse(f"{place.path}.kind", f"{kind} is a question to the API server: none is ever kept")
        return
    known = kinds_of(api_version)
    if known and kind not in known:
        place.problems.warn(
            f"{place.path}.kind",
            f"Kubernetes v1.36 has no kind '{kind}' in {api_version}{did_you_mean(kind, known)}",
        )
