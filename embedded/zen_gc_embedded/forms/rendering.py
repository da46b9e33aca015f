"""Turning stored records into answers: whole objects, PartialObjectMetadata, Tables and lists of each.

Whole objects and metadata are cut from the stored bytes and joined, never decoded: that is what makes lists
fast.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import orjson

from zen_gc_embedded.forms import tables
from zen_gc_embedded.forms.event_forms import to_events
from zen_gc_embedded.forms.views import Form
from zen_gc_embedded.kinds.resources import EventForm

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from zen_gc_embedded.forms.views import View
    from zen_gc_embedded.kinds.resources import Resource
    from zen_gc_embedded.store.objects import Object, Record


def object_json(resource: Resource, record: Record) -> bytes:
    """A whole object."""
    if resource.event_form is EventForm.EVENTS:
        return resource.opening + orjson.dumps(to_events(record.load()))[1:]
    return resource.opening + record.raw[1:]


_METADATA_OPENING = b'{"kind":"PartialObjectMetadata","apiVersion":"meta.k8s.io/v1","metadata":'


def metadata_json(record: Record) -> bytes:
    """The metadata of an object, as PartialObjectMetadata."""
    return _METADATA_OPENING + record.metadata_json + b"}"


def one(resource: Resource, record: Record, view: View) -> bytes:
    """The answer to a request for one object."""
    if view.form is Form.METADATA:
        return metadata_json(record)
    if view.form is Form.TABLE:
        metadata = {"resourceVersion": str(record.revision)}
        return orjson.dumps(tables.table(resource, [record], metadata, view))
    return object_json(resource, record)


def many(resource: Resource, records: Sequence[Record], metadata: Object, view: View) -> bytes:
    """The answer to a request for a list."""
    if view.form is Form.TABLE:
        return orjson.dumps(tables.table(resource, records, metadata, view))
    if view.form is Form.METADATA:
        return _join("PartialObjectMetadataList", "meta.k8s.io/v1", metadata, map(metadata_json, records))
    items: Iterable[bytes]
    if resource.structure is not None:
        metadata = {"continue": "", **metadata}
    if resource.structure is not None or resource.event_form is EventForm.EVENTS:
        items = (object_json(resource, record) for record in records)
    else:
        items = (record.raw for record in records)
    return _join(resource.list_name, resource.group_version, metadata, items)


def _join(kind: str, api_version: str, metadata: Object, items: Iterable[bytes]) -> bytes:
    opening = f'{{"kind":"{kind}","apiVersion":"{api_version}","metadata":'.encode()
    return b"".join((opening, orjson.dumps(metadata), b',"items":[', b",".join(items), b"]}\n"))
