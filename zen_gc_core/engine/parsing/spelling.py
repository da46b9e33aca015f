"""Which words the user wrote: places in the native spelling of a policy, and what stands there in the user's own.

The parser thinks in native places alone. Only ``zen_gc_core.engine.parsing.legacy`` fills a spelling, and only what
is shown to the user passes through it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Final

from zen_gc_core.model.names import shown

_PLAIN: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*", re.ASCII)
_LAST_WORD: Final = re.compile(r"(?:^|\.)([A-Za-z_][A-Za-z0-9_-]*)$", re.ASCII)


def child(path: str, key: str) -> str:
    """The place of a field: ``spec.ttl``, or ``spec.conditions['acme.io/team']`` for a key that is no plain word."""
    if _PLAIN.fullmatch(key):
        return f"{path}.{key}" if path else key
    return f"{path}[{shown(key)}]"


def item(path: str, index: int) -> str:
    """The place of an entry of a list: ``spec.targetResources[0]``."""
    return f"{path}[{index}]"


__all__ = ["Spelling", "child", "item", "shown"]


@dataclass(slots=True)
class Spelling:
    """What a policy's author wrote where.

    Args:
        paths: Native places and the written ones that they come from; a place that is not here was written natively.
        words: Further words that may stand at a native place, for suggestions.
    """

    paths: dict[str, str] = field(default_factory=dict)
    words: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def written(self, path: str) -> str:
        """What the user wrote at a native place, by the longest known place that holds it."""
        cut = len(path)
        while cut > 0:
            if (written := self.paths.get(path[:cut])) is not None:
                return written + path[cut:]
            cut = max(path.rfind(".", 0, cut), path.rfind("[", 0, cut))
        return path

    def word(self, path: str, name: str) -> str:
        """What the user would write for a native field at a native place."""
        written = _LAST_WORD.search(self.written(child(path, name)))
        return written[1] if written else name
