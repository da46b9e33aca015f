"""In which form a client wants objects: whole, their metadata, or rows of a Table."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

from zen_gc_embedded.forms.queries import flag
from zen_gc_embedded.statuses import bad_request, not_acceptable

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

_META_VERSIONS = frozenset({"v1", "v1beta1"})
_JSON_TYPES = frozenset({"application/json", "application/*", "*/*"})
_YAML = "application/yaml"
_SERVED = (
    "application/json",
    "application/yaml",
    "application/vnd.kubernetes.protobuf",
    "application/json;stream=watch",
    "application/vnd.kubernetes.protobuf;stream=watch",
)
"""What a real server names in a 406; protobuf is not served here."""
_INCLUDED = frozenset({"Metadata", "None", "Object"})


class Form(Enum):
    """The form of an object in an answer."""

    OBJECT = "object"
    METADATA = "PartialObjectMetadata"
    TABLE = "Table"


@dataclass(frozen=True)
class View:
    """What an answer shows.

    Args:
        form: The form of the objects.
        now: The present moment, from which ages count.
        include: What each row of a Table carries: ``Metadata``, ``None`` or ``Object``.
        yaml: Whether the answer is YAML instead of JSON.
        pretty: Whether JSON is indented.
    """

    form: Form
    now: datetime
    include: str = "Metadata"
    yaml: bool = False
    pretty: bool = False


def view_of(accept: str, query: Mapping[str, str], now: datetime) -> View:
    """What a request wants to see.

    Args:
        accept: Its Accept header.
        query: Its query; ``includeObject`` is for Tables.
        now: The present moment.

    Raises:
        StatusError: 406, nothing that it accepts can be served; 400, ``includeObject`` is unknown.
    """
    form, yaml = _form(accept)
    include = query.get("includeObject") or "Metadata"
    if form is Form.TABLE and include not in _INCLUDED:
        raise bad_request(f'unrecognized includeObject value: "{include}"')
    return View(form, now, include, yaml=yaml, pretty=flag(query, "pretty"))


def _form(accept: str) -> tuple[Form, bool]:
    for clause in (accept or "*/*").split(","):
        media, *parameters = (part.strip() for part in clause.split(";"))
        if media not in _JSON_TYPES and media != _YAML:
            continue
        wanted = dict(entry.partition("=")[::2] for entry in parameters)
        name = wanted.get("as", "")
        if not name:
            return Form.OBJECT, media == _YAML
        if wanted.get("g") != "meta.k8s.io" or wanted.get("v") not in _META_VERSIONS:
            continue
        if name == "Table":
            return Form.TABLE, media == _YAML
        if name.startswith("PartialObjectMetadata"):
            return Form.METADATA, media == _YAML
    raise not_acceptable(_SERVED)
