"""Faults of what an answer says: a document and chance in, bytes out. The framing stays right.

None of them makes a truthful answer of another meaning: what is missing without a trace (an annotation that the server keeps
to itself) is beyond what a client can notice.
"""

from __future__ import annotations

import copy
import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import random
    from collections.abc import Callable, Iterator

    Body = Callable[[Any, random.Random], bytes]

DEEP = b'{"a":' * 1500 + b"1" + b"}" * 1500
_PLACE = "PLACE-OF-THE-FAULT"
_WRONG: tuple[Any, ...] = (7, True, [1, 2, None], {"x": {"y": []}}, "PT1S", -(2**63), 1.5e300)


def _dumped(document: Any, placed: bytes = b"") -> bytes:
    return json.dumps(document).encode().replace(f'"{_PLACE}"'.encode(), placed)


def _objects(document: Any) -> list[dict[str, Any]]:
    """The objects of a list, of a watch event, or the object itself."""
    if not isinstance(document, dict):
        return []
    inside = document.get("items", [document.get("object", document)])
    return [each for each in inside or [] if isinstance(each, dict)]


def _some(document: Any, chance: random.Random) -> tuple[Any, dict[str, Any]]:
    """A copy of a document, and the metadata of one of its objects."""
    changed = copy.deepcopy(document)
    found = _objects(changed)
    chosen = chance.choice(found) if found else {}
    metadata = chosen.setdefault("metadata", {})
    return changed, metadata if isinstance(metadata, dict) else {}


def deep(document: Any, chance: random.Random) -> bytes:
    """One object is nested 1,500 deep, below its managed fields."""
    changed, metadata = _some(document, chance)
    metadata["managedFields"] = [{"fieldsV1": _PLACE}]
    return _dumped(changed, DEEP)


def wide(document: Any, chance: random.Random) -> bytes:
    """One object has 20,000 annotations more."""
    changed, metadata = _some(document, chance)
    more = {f"wide.example/{number}": "x" for number in range(20_000)}
    metadata["annotations"] = {**(metadata.get("annotations") or {}), **more}
    return _dumped(changed)


def no_text(document: Any, chance: random.Random) -> bytes:
    """One label is no Unicode."""
    changed, metadata = _some(document, chance)
    metadata["labels"] = {**(metadata.get("labels") or {}), "odd": _PLACE}
    return _dumped(changed, b'"\xff\xfe\x80"')


def mistyped(document: Any, chance: random.Random) -> bytes:
    """One value is of a type that it cannot have; null is none of these, as it means that nothing is there."""
    changed = copy.deepcopy(document)
    places = list(_places(changed))
    if not places:
        return _dumped(chance.choice(_WRONG))
    parent, key = chance.choice(places)
    parent[key] = chance.choice([each for each in _WRONG if type(each) is not type(parent[key])])
    return _dumped(changed)


def _places(document: Any) -> Iterator[tuple[Any, Any]]:
    if not isinstance(document, dict | list):
        return
    for key, value in document.items() if isinstance(document, dict) else enumerate(document):
        yield document, key
        yield from _places(value)


def odd(document: Any, chance: random.Random) -> bytes:
    """No object at all, or a list of what are none."""
    if isinstance(document, dict) and "items" in document and chance.random() < 0.7:
        return _dumped({**document, "items": [1, 2, None]})
    return chance.choice((b"1", b"null", b"[]", b'"x"', b"{}", b"[1,2,null]", b"[" * 100_000))


def half(document: Any, chance: random.Random) -> bytes:
    """JSON that stops somewhere, of the length that was announced."""
    whole = _dumped(document)
    return whole[: chance.randrange(1, max(2, len(whole)))]


def repeated(document: Any, chance: random.Random) -> bytes:
    """Everything twice."""
    if isinstance(document, dict) and isinstance(document.get("items"), list):
        return _dumped({**document, "items": document["items"] * 2})
    whole = _dumped(document)
    return whole + (b"\n" if isinstance(document, dict) and "object" in document else b"") + whole


def reordered(document: Any, chance: random.Random) -> bytes:
    """The items, and the fields of everything, in another order."""
    if isinstance(document, dict) and isinstance(document.get("items"), list):
        document = {**document, "items": chance.sample(document["items"], len(document["items"]))}
    return _dumped(dict(reversed(document.items())) if isinstance(document, dict) else document)


def empty(document: Any, chance: random.Random) -> bytes:
    """Nothing, with 200."""
    if isinstance(document, dict) and "items" in document:
        return _dumped({**document, "items": chance.choice(([], None))})
    return chance.choice((b"", b"{}", b" "))


def part(document: Any, chance: random.Random) -> bytes:
    """Some of the items of a list, as if they were all."""
    if not isinstance(document, dict) or not isinstance(document.get("items"), list):
        return half(document, chance)
    kept = [item for item in document["items"] if chance.random() < 0.5]
    metadata = {key: value for key, value in (document.get("metadata") or {}).items() if key != "continue"}
    return _dumped({**document, "metadata": metadata, "items": kept})


def page(document: Any, chance: random.Random) -> bytes:
    """A page of a proxy."""
    return b"<html><body><h1>502 Bad Gateway</h1></body></html>"


BODIES: dict[str, Body] = {
    each.__name__.replace("_", "-"): each
    for each in (deep, wide, no_text, mistyped, odd, half, repeated, reordered, empty, part, page)
}
"""Every fault of a body, by name."""
