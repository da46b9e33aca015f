"""Configuring: what a policy writes after a keyword, in the shape that the keyword gave it, or every problem with it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import orjson
from pydantic import ValidationError

from zen_gc_core.engine.parsing import limits
from zen_gc_core.engine.wording import worded
from zen_gc_core.errors import InputError
from zen_gc_core.model.policy import KeywordUse, Problem

if TYPE_CHECKING:
    from collections.abc import Sequence

    from zen_gc_core.offering import Offered


class MisconfiguredError(InputError):
    """A configuration has not the shape that its keyword gave it.

    Attributes:
        problems: What is wrong with it, each at its native place.
    """

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__(f"{len(problems)} problems")
        self.problems = problems


def checked(offered: Offered, use: KeywordUse) -> Any:
    """A keyword's configuration in its own shape.

    Args:
        offered: The keyword.
        use: Its use in a policy, with the configuration as it was written.

    Raises:
        MisconfiguredError: It has not that shape; the error holds each problem at its place.
    """
    if _more_than(limits.VALUES, use.config):
        raise MisconfiguredError([Problem(use.path, f"has more than {limits.VALUES:,} fields and entries")])
    try:
        raw = orjson.dumps(use.config)
        if orjson.loads(raw) != use.config:
            raise TypeError("JSON cannot hold it")  # noqa: TRY301  such as NaN, which would become null
    except TypeError as error:
        raise MisconfiguredError([Problem(use.path, f"is not plain data: {error}")]) from None
    try:
        return offered.adapter.validate_json(raw, strict=True)
    except ValidationError as error:
        raise MisconfiguredError(_problems(error, offered, use.path)) from None


def below(path: str, rest: str) -> str:
    """A place below another: an entry of a list, or a field."""
    return f"{path}{rest}" if not rest or rest.startswith("[") else f"{path}.{rest}"


def _more_than(most: int, config: Any) -> bool:
    """Whether a configuration has more fields and entries than that, at any depth: each may be a problem to be told."""
    count, waiting = 0, [config]
    while waiting and count <= most:
        value = waiting.pop()
        if isinstance(value, dict | list):
            count += len(value)
            if count <= most:
                waiting.extend(value.values() if isinstance(value, dict) else value)
    return count > most


def _problems(error: ValidationError, offered: Offered, path: str) -> list[Problem]:
    details = error.errors(include_url=False)
    known = sorted(_fields(offered)) if any(detail["type"] == "extra_forbidden" for detail in details) else []
    told = [
        Problem(below(path, _location(detail["loc"])), worded(detail, known)) for detail in details[: limits.PROBLEMS]
    ]
    return told + [Problem(path, "is wrong")] * (len(details) - len(told))  # counted, not told


def _location(loc: tuple[int | str, ...]) -> str:
    return "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in loc).removeprefix(".")


def _fields(offered: Offered) -> set[str]:
    try:
        return _names(offered.adapter.json_schema())
    except Exception:  # noqa: BLE001  without a schema there is nothing to suggest
        return set()


def _names(schema: Any) -> set[str]:
    if isinstance(schema, list):
        return set().union(*map(_names, schema)) if schema else set()
    if not isinstance(schema, dict):
        return set()
    own = set(schema["properties"]) if isinstance(schema.get("properties"), dict) else set()
    return own.union(*map(_names, schema.values())) if schema else own
