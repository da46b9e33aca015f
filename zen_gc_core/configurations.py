"""The configuration of a keyword: what it is made of, and what of it is read before the keyword sees it."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import BaseModel, ConfigDict, GetPydanticSchema, PlainValidator, WithJsonSchema
from pydantic.alias_generators import to_camel
from pydantic_core import core_schema

from zen_gc_core.durations import parse_duration
from zen_gc_core.errors import InputError
from zen_gc_core.fieldpaths import FieldPath as _FieldPath
from zen_gc_core.instants import parse_instant
from zen_gc_core.model.eachpaths import EachPath as _EachPath

if TYPE_CHECKING:
    from collections.abc import Callable


class Config(BaseModel):
    """The base for a keyword's configuration: camelCase outside, unknown fields refused, frozen."""

    model_config = ConfigDict(
        alias_generator=to_camel, extra="forbid", frozen=True, strict=True, populate_by_name=False, allow_inf_nan=False
    )


def _checked(read: Callable[[object], Any]) -> PlainValidator:
    def validate(value: object) -> Any:
        try:
            return read(value)
        except InputError as error:
            raise ValueError(str(error)) from None

    return PlainValidator(validate)


Duration = Annotated[
    dt.timedelta,
    _checked(parse_duration),
    WithJsonSchema(
        {"x-kubernetes-int-or-string": True, "format": "duration", "description": "seconds, or text such as 1d12h"}
    ),
]
"""A duration of a configuration; yields a ``timedelta``."""

Instant = Annotated[
    dt.datetime,
    _checked(parse_instant),
    WithJsonSchema({"type": "string", "description": "an RFC 3339 time or a date"}),
]
"""An instant of a configuration; yields an aware ``datetime``."""

FieldPath = Annotated[
    _FieldPath, _checked(_FieldPath.parse), WithJsonSchema({"type": "string", "minLength": 1, "maxLength": 1024})
]
"""A field path of a configuration; yields a parsed path, to be looked up with ``candidate.get``."""

EachPath = Annotated[
    _EachPath, _checked(_EachPath.parse), WithJsonSchema({"type": "string", "minLength": 1, "maxLength": 1024})
]
"""A path of a configuration that walks lists with ``[]``; yields a parsed one, whose ``texts`` are those of an object."""

Matchers = Annotated[
    dict[str, Any],
    GetPydanticSchema(
        lambda _source, _handler: core_schema.dict_schema(core_schema.str_schema(), core_schema.any_schema())
    ),
    WithJsonSchema({"type": "object", "x-kubernetes-preserve-unknown-fields": True}),
]
"""A nested condition map of a configuration; yields it raw, for ``build.matchers``."""
