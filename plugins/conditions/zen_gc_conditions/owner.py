"""``owner``: the object has no ownerReferences, or has one like this. Of apiVersions the groups are compared.

The version of an owner is the one that it was made with; a group that serves several serves the same objects in each.
"""

from __future__ import annotations

from typing import Annotated, Any, Final, Literal

from pydantic import Field, ValidatorFunctionWrapHandler, WrapValidator
from pydantic.alias_generators import to_camel

from zen_gc_core import (
    OWNER_SHAPE,
    Build,
    Candidate,
    Compiled,
    Config,
    Keyword,
    Run,
    did_you_mean,
    group_of,
    kinds_of,
    unequal,
)

_READS: Final = ("metadata.ownerReferences",)


class OwnerLike(Config):
    """An owner of this kind, apiVersion and name; what is left out may be anything."""

    kind: str | None = Field(default=None, min_length=1, description="Its kind.")
    api_version: str | None = Field(
        default=None, min_length=1, description="Its apiVersion; only the group is compared."
    )
    name: str | None = Field(default=None, min_length=1, description="Its name.")


def _by_shape(value: Any, _handler: ValidatorFunctionWrapHandler) -> Any:
    if isinstance(value, dict):
        return OwnerLike.model_validate(value)
    if value == "none":
        return value
    raise ValueError("must be none, or a map of kind, apiVersion and name")


Owner = Annotated[
    Literal["none"] | OwnerLike,
    WrapValidator(_by_shape),
    Field(description="none: the object has no ownerReferences; or a map: it has one like this."),
]
"""The configuration: ``none``, or what an owner is like."""


def _compile(config: Literal["none"] | OwnerLike, build: Build) -> Compiled[bool]:
    if not isinstance(config, OwnerLike):
        return Compiled(_has_none, reads=_READS, explain=_its_owners)
    for attribute in config.model_fields_set:
        if getattr(config, attribute) is None:
            raise build.error(to_camel(attribute), "must not be null")
    asked = [value for value in (config.kind, config.api_version, config.name) if value is not None]
    if not asked:
        raise build.error("", "must ask for a kind, an apiVersion or a name; for an object without owners write none")
    _check_possible(config, build)
    kind, name = config.kind, config.name
    group = None if config.api_version is None else group_of(config.api_version)

    def holds(candidate: Candidate, _run: Run) -> bool:
        for owner in candidate.owner_references:
            if (
                (kind is None or owner.kind == kind)
                and (name is None or owner.name == name)
                and (group is None or group_of(owner.api_version) == group)
            ):
                return True
        return False

    words = " ".join(asked)

    def explain(_candidate: Candidate, _run: Run) -> str:
        return f"no owner is {words}"

    return Compiled(holds, reads=_READS, explain=explain)


def _check_possible(config: OwnerLike, build: Build) -> None:
    """Say which owners there cannot be; refused where not having them could collect."""
    for attribute in ("kind", "api_version", "name"):
        value = getattr(config, attribute)
        if value is not None and (fault := unequal(OWNER_SHAPE.fields[to_camel(attribute)], value)):
            build.never(to_camel(attribute), fault.message)
    if config.kind is None or config.api_version is None:
        return
    known = kinds_of(config.api_version)
    if known and config.kind not in known:
        hint = did_you_mean(config.kind, known)
        build.never("kind", f"Kubernetes has no kind '{config.kind}' in {config.api_version}{hint}")


def _has_none(candidate: Candidate, _run: Run) -> bool:
    return not candidate.owner_references


def _its_owners(candidate: Candidate, _run: Run) -> str:
    return f"it has an owner: {candidate.owner_references[0].kind} {candidate.owner_references[0].name}"


OWNER: Final = Keyword("owner", Owner, _compile)
