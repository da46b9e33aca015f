"""Scaling custom kinds: their definitions among the objects of files, and policies that scale what has no count."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from zen_gc_core.model.names import group_of
from zen_gc_core.model.policy import Problem
from zen_gc_core.model.replicas import (
    DEFINITION,
    SCALABLE,
    CountNotKnown,
    CountPaths,
    NoCountError,
    is_definition_of,
)
from zen_gc_core.model.scaling import Scale

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from zen_gc_core.engine.compiling import CompiledPolicy
    from zen_gc_core.model.policy import Target
    from zen_gc_core.model.replicas import CountPath


def count_paths_in(objects: Callable[[], Iterable[Any]]) -> CountPaths:
    """Where kinds keep their count, as definitions among some objects say; of two of one kind the later one counts.

    Args:
        objects: Yields the objects, decoded, whenever it is asked.
    """

    def definition_of(api_version: str, kind: str) -> Mapping[str, Any]:
        found: Mapping[str, Any] | None = None
        for each in objects():
            ours = isinstance(each, dict) and (each.get("apiVersion"), each.get("kind")) == DEFINITION
            if ours and is_definition_of(each, group_of(api_version), kind):
                found = each
        if found is None:
            raise CountNotKnown(
                f"the CustomResourceDefinition of {kind} says where its objects keep their count of replicas, and no file "
                "holds it: add it"
            )
        return found

    return CountPaths(definition_of)


def scaled_by_definition(compiled: CompiledPolicy) -> Iterator[Target]:
    """What a policy scales of which a definition says where the count is."""
    if Scale in compiled.requests:
        yield from (each for each in compiled.policy.targets if (each.group, each.kind) not in SCALABLE)


def uncountable(compiled: CompiledPolicy, count_path: CountPath) -> Problem | None:
    """Why a policy cannot scale what it looks at; None when it can, or when that is not known.

    Args:
        compiled: The policy.
        count_path: Where kinds keep their count.
    """
    for target in scaled_by_definition(compiled):
        try:
            count_path(target.api_version, target.kind)
        except NoCountError as error:
            what = f"cannot scale {target.api_version} {target.kind}: {error}"
            return Problem(compiled.written(compiled.policy.action.path), what)
        except CountNotKnown:
            continue
    return None
