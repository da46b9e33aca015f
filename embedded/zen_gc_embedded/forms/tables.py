"""Tables: what ``kubectl get`` asks for instead of objects (Kubernetes API concepts, "Receiving resources as Tables")."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import orjson

if TYPE_CHECKING:
    from collections.abc import Sequence

    from zen_gc_embedded.forms.views import View
    from zen_gc_embedded.kinds.resources import Resource
    from zen_gc_embedded.store.objects import Object, Record


def table(
    resource: Resource, records: Sequence[Record], metadata: Object, view: View, *, headings: bool = True
) -> Object:
    """The Table of some objects.

    Args:
        resource: Their resource; it knows the columns.
        records: The objects.
        metadata: The metadata of the list.
        view: What each row carries, and from when ages count.
        headings: Whether the columns are described (a watch does so once).
    """
    columns = [
        {
            "name": column.name,
            "type": column.type,
            "format": column.format,
            "description": column.description,
            "priority": column.priority,
        }
        for column in resource.columns
    ]
    return {
        "kind": "Table",
        "apiVersion": "meta.k8s.io/v1",
        "metadata": metadata,
        "columnDefinitions": columns if headings else None,
        "rows": [_row(resource, record, view) for record in records],
    }


def _row(resource: Resource, record: Record, view: View) -> Object:
    content = record.load()
    row: Object = {"cells": [column.cell(content, view.now) for column in resource.columns], "object": None}
    if view.include == "Object":
        row["object"] = {"kind": resource.kind, "apiVersion": resource.group_version, **content}
    elif view.include == "Metadata":
        row["object"] = _partial(record)
    return row


def _partial(record: Record) -> Any:
    metadata = orjson.Fragment(record.metadata_json)
    return {"kind": "PartialObjectMetadata", "apiVersion": "meta.k8s.io/v1", "metadata": metadata}
