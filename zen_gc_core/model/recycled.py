"""Copies of what was deleted: what the recycle bin holds, as objects of Kubernetes, and read back.

A copy is a RecycledObject beside the object, a ClusterRecycledObject of what lives in no namespace, or, of a Secret, a
Secret beside it: what only few may read stands nowhere else. The object itself is one JSON text in it.
"""

from __future__ import annotations

import base64
import binascii
import json
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import msgspec

from zen_gc_core.errors import InputError
from zen_gc_core.instants import format_instant, parse_instant
from zen_gc_core.model.policy import API_VERSION, GROUP

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

RECYCLED: Final = "RecycledObject"
CLUSTER_RECYCLED: Final = "ClusterRecycledObject"
SECRET_TYPE: Final = f"{GROUP}/recycled"
"""The type of a Secret that is the copy of one."""

UNTIL: Final = f"{GROUP}/recycled-until"
"""The annotation that says when a copy may go. Whoever may write copies may put it off, and never forward."""

MOST_BYTES: Final = 900 * 1024
"""The largest object that is copied, as JSON, in bytes: what is stored is larger, and etcd takes 1.5 MiB."""

MOST_COPIES: Final = 1_000
"""The most copies in a namespace, and of cluster-scoped objects."""

OBJECT: Final = "object"
_ABOUT: Final = ("apiVersion", "kind", "name", "uid", "policy", "recycledAt", "expiresAt", "attemptId")


class TooLargeError(InputError):
    """An object is too large to be copied."""


class Place(NamedTuple):
    """Where a copy is.

    Args:
        resource: Of which resource (``recycledobjects.gc.kube-zen.io``).
        namespace: Its namespace; empty when cluster-scoped.
        name: Its name.
    """

    resource: str
    namespace: str
    name: str


@dataclass(frozen=True, slots=True)
class Copy:
    """A copy of one object.

    Args:
        api_version: Group and version of the object.
        kind: Its kind.
        namespace: Its namespace; empty when cluster-scoped.
        name: Its name.
        uid: Its uid.
        policy: The policy that deleted it.
        at: When the copy was made.
        until: When it may go.
        attempt_id: The id of the write before which it was made.
        text: The object, as JSON.
    """

    api_version: str
    kind: str
    namespace: str
    name: str
    uid: str
    policy: str
    at: datetime
    until: datetime
    attempt_id: str
    text: str

    @property
    def of_secret(self) -> bool:
        """Whether it is of a Secret, and so a Secret itself."""
        return (self.api_version, self.kind) == ("v1", "Secret")

    @property
    def stored_as(self) -> tuple[str, str]:
        """The version and kind of the object that holds it."""
        if self.of_secret:
            return "v1", "Secret"
        return API_VERSION, RECYCLED if self.namespace else CLUSTER_RECYCLED

    @property
    def stored_name(self) -> str:
        """The name of the object that holds it."""
        return name_of(self.uid)

    def lasting(self, until: datetime) -> Copy:
        """The same copy, kept until an instant, if that is later."""
        return replace(self, until=max(self.until, until))

    def document(self, annotations: Mapping[str, str] | None = None) -> dict[str, Any]:
        """The object that holds it; it carries nothing of the labels of the object that it is of.

        Args:
            annotations: Annotations that it carries besides.
        """
        api_version, kind = self.stored_as
        metadata: dict[str, Any] = {"name": self.stored_name}
        if self.namespace:
            metadata["namespace"] = self.namespace
        metadata["annotations"] = {**(annotations or {}), UNTIL: format_instant(self.until)}
        about = dict(
            zip(
                _ABOUT,
                (
                    self.api_version,
                    self.kind,
                    self.name,
                    self.uid,
                    self.policy,
                    format_instant(self.at),
                    format_instant(self.until),
                    self.attempt_id,
                ),
                strict=True,
            )
        )
        head = {"apiVersion": api_version, "kind": kind, "metadata": metadata}
        if self.of_secret:
            told = {"about": json.dumps(about), OBJECT: self.text}
            data = {name: base64.b64encode(text.encode()).decode() for name, text in told.items()}
            return {**head, "type": SECRET_TYPE, "data": data}
        return {**head, "spec": {**about, OBJECT: self.text}}


def name_of(uid: str) -> str:
    """The name of the copy of an object with a uid."""
    return f"r-{uid}"


def text_of(raw: bytes) -> str:
    """An object as it is copied: as the API server spelt it, but for ``managedFields``, which it makes anew.

    Args:
        raw: The object, as JSON.

    Raises:
        TooLargeError: It is larger than what is copied.
        InputError: It is no object.
    """
    try:
        parts = msgspec.json.decode(raw, type=dict[str, msgspec.Raw])
        metadata = msgspec.json.decode(parts["metadata"], type=dict[str, msgspec.Raw])
        metadata.pop("managedFields", None)
        encoded = msgspec.json.encode({**parts, "metadata": msgspec.Raw(msgspec.json.encode(metadata))})
        text = encoded.decode()
    except (msgspec.DecodeError, KeyError, UnicodeDecodeError, RecursionError) as error:
        raise InputError(f"it cannot be copied: {type(error).__name__}") from None
    if len(encoded) > MOST_BYTES:
        raise TooLargeError(f"it is too large to be copied: {len(encoded):,} bytes, and {MOST_BYTES:,} are the most")
    return text


def read_copy(document: Mapping[str, Any]) -> Copy:
    """Read the object that holds a copy.

    Args:
        document: That object, decoded.

    Raises:
        InputError: It holds none, or one that contradicts it: of another object, or of another namespace.
    """
    metadata = document.get("metadata")
    if not isinstance(metadata, dict):
        raise InputError("it has no metadata")
    about, text = _parts(document)
    found: dict[str, str] = {}
    for name in _ABOUT:
        if not isinstance(value := about.get(name), str):
            raise InputError(f"its {name} is no text")
        found[name] = value
    try:
        copied = json.loads(text)
        inner = copied["metadata"]
        identity = (copied["apiVersion"], copied["kind"], inner.get("namespace", ""), inner["name"], inner["uid"])
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise InputError("the object in it cannot be read") from None
    namespace = metadata.get("namespace", "")
    told = (found["apiVersion"], found["kind"], namespace, found["name"], found["uid"])
    at, until = parse_instant(found["recycledAt"]), parse_instant(found["expiresAt"])
    copy = Copy(*told, found["policy"], at, until, found["attemptId"], text)
    if identity != told:
        raise InputError("the object in it is another one than it says")
    if (document.get("apiVersion"), document.get("kind")) != copy.stored_as or metadata.get("name") != copy.stored_name:
        raise InputError("it is not where a copy of this object would be")
    return copy


def kept_until(copy: Copy, annotations: Mapping[str, str]) -> datetime:
    """When a copy may go: when it says so, or later where its annotation does.

    Args:
        copy: The copy.
        annotations: The annotations of the object that holds it.

    Raises:
        InputError: The annotation is no time.
    """
    put_off = annotations.get(UNTIL)
    return copy.until if put_off is None else max(copy.until, parse_instant(put_off))


def _parts(document: Mapping[str, Any]) -> tuple[Mapping[str, Any], str]:
    """What is told of the object, and the object."""
    if document.get("kind") == "Secret":
        data = document.get("data")
        if document.get("type") != SECRET_TYPE or not isinstance(data, dict):
            raise InputError("it is no copy")
        try:
            about, text = (base64.b64decode(data[name], validate=True).decode() for name in ("about", OBJECT))
            told = json.loads(about)
        except (KeyError, TypeError, ValueError, binascii.Error, RecursionError):
            raise InputError("it cannot be read") from None
        return _checked(told, text)
    spec = document.get("spec")
    return _checked(spec, spec.get(OBJECT) if isinstance(spec, dict) else None)


def _checked(about: object, text: object) -> tuple[Mapping[str, Any], str]:
    if not isinstance(about, dict) or not isinstance(text, str):
        raise InputError("it cannot be read")
    return about, text
