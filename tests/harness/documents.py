"""Decoded JSON taken apart and changed, for tests that try every place of a document."""

from __future__ import annotations

import copy


def places(value, path=()):
    """All places below decoded JSON."""
    children = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, child in children:
        yield (*path, key)
        yield from places(child, (*path, key))


def put(value, path, new):
    """A copy with a place filled anew."""
    changed = copy.deepcopy(value)
    at = changed
    for key in path[:-1]:
        at = at[key]
    at[path[-1]] = new
    return changed
