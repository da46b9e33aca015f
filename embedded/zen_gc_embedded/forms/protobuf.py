"""The few protobuf messages that kubectl's typed subcommands send.

``kubectl create namespace``, ``create configmap``, ``create serviceaccount``, ``delete`` and ``auth can-i``
speak protobuf whatever the server prefers. The field numbers are those of ``generated.proto`` in
``k8s.io/api`` and ``k8s.io/apimachinery``. Every other message is refused with advice.
"""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any, NamedTuple

from zen_gc_embedded.statuses import StatusError, bad_request

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from zen_gc_embedded.store.objects import Object

MEDIA_TYPE = "application/vnd.kubernetes.protobuf"
_MAGIC = b"k8s\x00"


class _Field(NamedTuple):
    name: str
    type: str
    message: Mapping[int, _Field] | None = None


_METADATA = {
    1: _Field("name", "text"),
    2: _Field("generateName", "text"),
    3: _Field("namespace", "text"),
    5: _Field("uid", "text"),
    6: _Field("resourceVersion", "text"),
    11: _Field("labels", "map"),
    12: _Field("annotations", "map"),
    14: _Field("finalizers", "texts"),
}
_ATTRIBUTES = {
    1: _Field("namespace", "text"),
    2: _Field("verb", "text"),
    3: _Field("group", "text"),
    4: _Field("version", "text"),
    5: _Field("resource", "text"),
    6: _Field("subresource", "text"),
    7: _Field("name", "text"),
}
_MESSAGES: Mapping[str, Mapping[int, _Field]] = {
    "Namespace": {1: _Field("metadata", "message", _METADATA)},
    "ConfigMap": {
        1: _Field("metadata", "message", _METADATA),
        2: _Field("data", "map"),
        3: _Field("binaryData", "bytes map"),
        4: _Field("immutable", "boolean"),
    },
    "Secret": {
        1: _Field("metadata", "message", _METADATA),
        2: _Field("data", "bytes map"),
        3: _Field("type", "text"),
        4: _Field("stringData", "map"),
    },
    "ServiceAccount": {1: _Field("metadata", "message", _METADATA)},
    "DeleteOptions": {
        1: _Field("gracePeriodSeconds", "number"),
        2: _Field("preconditions", "message", {1: _Field("uid", "text"), 2: _Field("resourceVersion", "text")}),
        3: _Field("orphanDependents", "boolean"),
        4: _Field("propagationPolicy", "text"),
        5: _Field("dryRun", "texts"),
    },
    "SelfSubjectAccessReview": {
        1: _Field("metadata", "message", _METADATA),
        2: _Field("spec", "message", {1: _Field("resourceAttributes", "message", _ATTRIBUTES)}),
    },
    "SelfSubjectRulesReview": {
        1: _Field("metadata", "message", _METADATA),
        2: _Field("spec", "message", {1: _Field("namespace", "text")}),
    },
    "SelfSubjectReview": {1: _Field("metadata", "message", _METADATA)},
}


def decode(body: bytes) -> Object:
    """Decode a body in Kubernetes' protobuf envelope.

    Raises:
        StatusError: 400, it is no such body; 415, it is a message that is not decoded here.
    """
    if not body.startswith(_MAGIC):
        raise bad_request("provided data does not appear to be a protobuf message, expected prefix [107 56 115 0]")
    try:
        envelope = dict(_fields(body[len(_MAGIC) :]))
        kind_of = dict(_fields(_bytes(envelope.get(1, b""))))
        version, kind = _bytes(kind_of.get(1, b"")).decode(), _bytes(kind_of.get(2, b"")).decode()
        if kind not in _MESSAGES:
            message = f"the embedded cluster does not decode protobuf of kind {kind}: "
            raise StatusError(415, "UnsupportedMediaType", message + "send JSON, as kubectl create -f and apply -f do")
        return {"apiVersion": version, "kind": kind, **_message(_bytes(envelope.get(2, b"")), _MESSAGES[kind])}
    except (IndexError, UnicodeDecodeError, TypeError) as error:
        raise bad_request(f"unable to decode protobuf: {error}") from error


def _fields(data: bytes) -> Iterator[tuple[int, int | bytes]]:
    place = 0
    while place < len(data):
        tag, place = _varint(data, place)
        number, wire = tag >> 3, tag & 7
        if wire == 0:
            value, place = _varint(data, place)
            yield number, value
        elif wire == 2:
            size, place = _varint(data, place)
            if place + size > len(data):
                raise IndexError("a field ends behind the message")
            yield number, data[place : place + size]
            place += size
        else:
            place += 8 if wire == 1 else 4


def _varint(data: bytes, place: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = data[place]
        place += 1
        value |= (byte & 127) << shift
        shift += 7
        if byte < 128:
            return value, place


def _bytes(value: int | bytes) -> bytes:
    if isinstance(value, int):
        raise TypeError("a number stands where bytes belong")
    return value


def _message(data: bytes, known: Mapping[int, _Field]) -> Object:
    result: Object = {}
    for number, value in _fields(data):
        field = known.get(number)
        if field is None:
            continue
        if field.type == "texts":
            result.setdefault(field.name, []).append(_bytes(value).decode())
        elif field.type in {"map", "bytes map"}:
            entry = dict(_fields(_bytes(value)))
            inner = _bytes(entry.get(2, b""))
            text = inner.decode() if field.type == "map" else base64.b64encode(inner).decode()
            result.setdefault(field.name, {})[_bytes(entry.get(1, b"")).decode()] = text
        else:
            decoded = _single(field, value)
            if decoded != "":
                result[field.name] = decoded
    return result


def _single(field: _Field, value: int | bytes) -> Any:
    if field.type == "message":
        return _message(_bytes(value), field.message or {})
    if field.type == "text":
        return _bytes(value).decode()
    if field.type == "boolean":
        return bool(value)
    number = int(value) if isinstance(value, int) else 0
    return number - (1 << 64) if number >> 63 else number
