"""``patch: {…}``: set and remove fields of the object by a JSON merge patch."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Final

from pydantic import Field

from zen_gc_core import Build, Compiled, Decision, FieldPath, InputError, Keyword, MergePatch, Run, patch_faults, spell

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


def _compile(config: dict[str, Any], build: Build) -> Compiled[MergePatch]:
    refused = [build.error(place, fault) for place, fault in patch_faults(config)]
    refused += [build.error(place, why) for place, why in _reserved(config, build)]
    if not refused:
        refused += _misspelt(config, build)
    if refused:
        raise refused[0]
    request = MergePatch(config)

    def ask(_decision: Decision, _run: Run) -> MergePatch:
        return request

    return Compiled(ask, reads=())


def _reserved(patch: Mapping[str, Any], build: Build) -> Iterator[tuple[str, str]]:
    """The labels and annotations that it may not touch, removed ones among them."""
    metadata = patch.get("metadata")
    if not isinstance(metadata, dict):
        return
    for part in ("labels", "annotations"):
        keys = metadata.get(part)
        for key in keys if isinstance(keys, dict) else ():
            if why := build.reserved(key):
                yield spell(("metadata", part, key)), why


def _misspelt(patch: Mapping[str, Any], build: Build) -> list[InputError]:
    """Paths that are in no object of the policy: the server would drop what is set there in silence."""
    refused = []
    for place in _leaves(patch):
        path = spell(place)
        try:
            build.check_path(FieldPath.parse(path), path)
        except InputError as error:
            refused.append(error)
    return refused


def _leaves(patch: Mapping[str, Any], place: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    for key, value in patch.items():
        if isinstance(value, dict):
            yield from _leaves(value, (*place, key))
        else:
            yield (*place, key)


PATCH: Final = Keyword(
    "patch",
    Annotated[
        dict[str, Any],
        Field(
            description="Change the object by this JSON merge patch: null removes a field, a list takes the place of the "
            "whole list."
        ),
    ],
    _compile,
    requests=MergePatch,
)
