"""``owner``: the object has no ownerReferences, or has one like this."""

from __future__ import annotations

from typing import Annotated, Any, Final, Literal

from pydantic import Field, ValidatorFunctionWrapHandler, WrapValidator
from pydantic.alias_generators import to_camel

from zen_gc_core import Build, Candidate, Compiled, Config, Keyword, Run

_READS: Final = ("metadata.ownerReferences",)


class OwnerLike(Config):
    """An owner of this kind, apiVersion and name; what is left out may be anything."""

    kind: str | None = Field(default=None, min_length=1, description="Its kind.")
    api_version: str | None = Field(default=None, min_length=1, description="Its apiVersion, group and version.")
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
    asked = [
        (attribute, value)
        for attribute in ("kind", "api_version", "name")
        if (value := getattr(config, attribute)) is not None
    ]
    if not asked:
        raise build.error("", "must ask for a kind, an apiVersion or a name; for an object without owners write none")

    def holds(candidate: Candidate, _run: Run) -> bool:
        for owner in candidate.owner_references:
            for attribute, value in asked:
                if getattr(owner, attribute) != value:
                    break
            else:
                return True
        return False

    words = " ".join(value for _, value in asked)

    def explain(_candidate: Candidate, _run: Run) -> str:
        return f"no owner is {words}"

    return Compiled(holds, reads=_READS, explain=explain)


def _has_none(candidate: Candidate, _run: Run) -> bool:
    return not candidate.owner_references


def _its_owners(candidate: Candidate, _run: Run) -> str:
    return f"it has an owner: {candidate.owner_references[0].kind} {candidate.owner_references[0].name}"


OWNER: Final = Keyword("owner", Owner, _compile)
