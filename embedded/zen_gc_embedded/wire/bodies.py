"""Bodies of requests: media types, decoding, and what a resource's schema makes of an object."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import orjson

from zen_gc_embedded import causes
from zen_gc_embedded.forms import protobuf
from zen_gc_embedded.forms.event_forms import to_core, to_events
from zen_gc_embedded.kinds import builtin_fields
from zen_gc_embedded.kinds.resources import EventForm, Resource
from zen_gc_embedded.rules import naming
from zen_gc_embedded.rules.patching import decode_yaml
from zen_gc_embedded.statuses import bad_request, invalid, unsupported_media
from zen_gc_embedded.store.objects import Object, Record, mapping

if TYPE_CHECKING:
    from collections.abc import Mapping

JSON, YAML = "application/json", "application/yaml"
_MEDIA_TYPES = (JSON, YAML, protobuf.MEDIA_TYPE)


def media_type(content_type: str) -> str:
    """The media type of a Content-Type header; JSON when there is none."""
    return content_type.partition(";")[0].strip() or JSON


def decode(body: bytes, content_type: str, kind: str) -> Object:
    """Decode a body to an object.

    Args:
        body: The body.
        content_type: The Content-Type header.
        kind: The kind that is expected, for the error.

    Raises:
        StatusError: 400, it is no object; 415, its media type is unknown.
    """
    media = media_type(content_type)
    value: Any
    if media == protobuf.MEDIA_TYPE:
        value = protobuf.decode(body)
    elif media == YAML:
        value = decode_yaml(body)
    elif media == JSON:
        try:
            value = orjson.loads(body)
        except orjson.JSONDecodeError as error:
            why = f"couldn't get version/kind; json parse error: {error}"
            raise bad_request(f"the object provided is unrecognized (must be of type {kind}): {why}") from error
    else:
        raise unsupported_media(_MEDIA_TYPES)
    if not isinstance(value, dict):
        raise bad_request(f"the object provided is unrecognized (must be of type {kind}): it is no JSON object")
    return value


def check_kind(resource: Resource, content: Object) -> None:
    """Refuse an object of another kind or version than the URL says; built-in kinds may leave both out.

    Afterwards the object has metadata of the right shape, empty if need be.

    Raises:
        StatusError: 400, or 422 for another kind of custom resource.
    """
    kind, version = content.get("kind"), content.get("apiVersion")
    refused = f'{kind or resource.kind} in version "{resource.version}" cannot be handled as a {resource.kind}: '
    if resource.structure is not None and not kind:
        shown = causes.shown(content)[:60]
        unknown = f"the object provided is unrecognized (must be of type {resource.kind})"
        raise bad_request(f"{unknown}: Object 'Kind' is missing in '{shown}'")
    if version not in (None, "", resource.group_version):
        wanted = f"does not match the expected API version ({resource.group_version})"
        raise bad_request(f"the API version in the data ({version}) {wanted}")
    if kind not in (None, "", resource.kind):
        if resource.structure is not None:
            name = str(mapping(content.get("metadata")).get("name") or "")
            cause = causes.not_valid("kind", kind, f"must be {resource.kind}")
            raise invalid(resource.group, str(kind), name, [cause])
        package = resource.group.partition(".")[0] or "core"
        types = f"({resource.version}.{kind}) to ({package}.{resource.kind})"
        raise bad_request(f"{refused}converting {types}: unknown conversion")
    problem = naming.shape_problem(content)
    if resource.structure is None:
        problem = problem or builtin_fields.type_problem(resource.kind, content)
    if problem:
        raise bad_request(refused + problem)
    content["metadata"] = content.get("metadata") or {}


def conform(resource: Resource, content: Object, query: Mapping[str, str], *, patch: bool = False) -> tuple[str, ...]:
    """Bring an object into the form in which it is stored: pruned, with defaults, an Event in its core form.

    Args:
        resource: The resource.
        content: The object; changed in place.
        query: The query of the request; ``fieldValidation`` says what unknown fields mean.
        patch: Whether the object comes out of a PATCH, which is refused in other words.

    Returns:
        Warnings for the client.

    Raises:
        StatusError: 400 or 422, unknown fields under ``Strict``.
    """
    directive = query.get("fieldValidation") or "Warn"
    if resource.event_form is EventForm.EVENTS:
        converted = to_core(content)
        content.clear()
        content.update(converted)
    if resource.structure is None:
        dropped = builtin_fields.drop_unknown(resource.kind, content)
    else:
        dropped = resource.structure.prune(content)
        resource.structure.fill(content)
    unknown = [f'unknown field "{path}"' for path in sorted(dropped)]
    if not unknown or directive == "Ignore":
        return ()
    if directive == "Warn":
        return tuple(unknown)
    why = f"strict decoding error: {', '.join(unknown)}"
    if patch:
        raise invalid("", "", "", [causes.not_valid("patch", causes.shown(content), why)])
    raise bad_request(f'{resource.kind} in version "{resource.version}" cannot be handled as a {resource.kind}: {why}')


def present(resource: Resource, record: Record) -> Object:
    """A stored object as a client of this version sees it."""
    content = record.load()
    if resource.event_form is EventForm.EVENTS:
        content = to_events(content)
    return {"kind": resource.kind, "apiVersion": resource.group_version, **content}
