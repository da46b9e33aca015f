"""What ``recycle`` wants, written down a second time: a copy of exactly what is deleted, before it is, and as long as it is to be kept."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from tests.proof.oracle.history import COPIES, namespace_of, uid_of

if TYPE_CHECKING:
    from tests.proof.oracle.history import Document, History

_OF_THE_SERVER = ("managedFields", "resourceVersion")
"""What the server writes into an object when it is asked for, and does not store in it."""


def missing(history: History, item: Document, before: int) -> str:
    """What is wrong with the copy of an object that was deleted at a revision; empty when it is there, and stays.

    The runs are shorter than copies are kept.
    """
    copies = list(history.versions(f"{COPIES}{namespace_of(item)}/r-{uid_of(item)}"))
    early = [each.document for each in copies if each.document is not None and each.revision < before]
    if not early:
        return "no copy was there"
    if _stored(json.loads(early[-1]["spec"]["object"])) != _stored(item):
        return "its copy is of another state"
    return "" if copies[-1].document is not None else "its copy is gone"


def _stored(item: Document) -> dict[str, Any]:
    metadata = {key: value for key, value in item["metadata"].items() if key not in _OF_THE_SERVER}
    return {**item, "metadata": metadata}
