"""An answer before it becomes HTTP."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import orjson

if TYPE_CHECKING:
    from collections.abc import Mapping

    from zen_gc_embedded.statuses import StatusError
    from zen_gc_embedded.store.objects import Object

JSON = "application/json"


@dataclass(frozen=True)
class Answer:
    """A complete answer.

    Args:
        body: The bytes of the body.
        status: The HTTP status.
        content_type: The media type of the body.
        headers: Further headers.
        warnings: Texts for ``Warning`` headers.
    """

    body: bytes
    status: int = 200
    content_type: str = JSON
    headers: Mapping[str, str] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()


def json_answer(content: Object, status: int = 200, content_type: str = JSON) -> Answer:
    """An answer with a JSON body."""
    return Answer(orjson.dumps(content), status, content_type)


def text_answer(text: str, status: int = 200) -> Answer:
    """An answer with a plain body."""
    return Answer(text.encode(), status, "text/plain; charset=utf-8")


def error_answer(error: StatusError) -> Answer:
    """The answer that a StatusError stands for."""
    headers = {"Retry-After": str(error.retry_after)} if error.retry_after else {}
    return Answer(orjson.dumps(error.body()), error.code, headers=headers)
