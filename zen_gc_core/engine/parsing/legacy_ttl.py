"""The Go program's TTLs, rewritten to the keyword ``after``; a part of ``zen_gc_core.engine.parsing.legacy``.

``secondsAfterCreation``: so long after creation. ``fieldPath`` with ``mappings`` and ``default``: after creation, with
a wait from the field. ``relativeTo`` with ``secondsAfter``: so long after that field.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from zen_gc_core.engine.parsing import limits
from zen_gc_core.engine.parsing.document import Place
from zen_gc_core.engine.parsing.spelling import shown

if TYPE_CHECKING:
    from collections.abc import Callable

    from zen_gc_core.engine.parsing.document import Problems

_LEADERS: Final[dict[str, tuple[str, ...]]] = {
    "secondsAfterCreation": (),
    "fieldPath": ("mappings", "default"),
    "relativeTo": ("secondsAfter",),
}
WORDS: Final = ("secondsAfterCreation", "fieldPath", "mappings", "default", "relativeTo", "secondsAfter")
"""The words of a TTL in the Go program's spelling."""


def rewrite(ttl: dict[str, Any], problems: Problems) -> dict[str, Any] | None:
    """Rewrite ``spec.ttl``.

    Args:
        ttl: The TTL as it was written; it is not changed.
        problems: Takes what is wrong with the old words, and the map from native places to them.

    Returns:
        The TTL in the native spelling; None when it is refused.
    """
    old = [word for word in WORDS if word in ttl]
    if not old:
        return ttl
    leaders = [word for word in _LEADERS if word in ttl]
    if len(ttl) > len(old):
        native = next(word for word in ttl if word not in old)
        problems.refuse("spec.ttl", f"exactly one TTL is allowed, not both {old[0]} and {shown(str(native))}")
    elif len(leaders) > 1:
        problems.refuse("spec.ttl", f"exactly one TTL is allowed, not {' and '.join(leaders)}")
    elif strays := [word for word in old if not any(word in (leader, *_LEADERS[leader]) for leader in leaders)]:
        needed = next(leader for leader, followers in _LEADERS.items() if strays[0] in followers)
        problems.refuse(f"spec.ttl.{strays[0]}", f"needs {needed} beside it")
    else:
        refused = len(problems.errors)
        read: dict[str, Place] = {word: Place(ttl[word], f"spec.ttl.{word}", problems) for word in old}
        after = _REWRITES[leaders[0]](read, problems)
        return {"after": after} if len(problems.errors) == refused else None
    return None


def _seconds(place: Place) -> int | None:
    return place.integer(least=1, most=limits.LONGEST_SECONDS)


def _after_creation(read: dict[str, Place], problems: Problems) -> dict[str, Any]:
    problems.spelling.paths.update(
        dict.fromkeys(
            ("spec.ttl.after", "spec.ttl.after.since", "spec.ttl.after.wait"), "spec.ttl.secondsAfterCreation"
        )
    )
    return {"since": "created", "wait": _seconds(read["secondsAfterCreation"])}


def _by_field(read: dict[str, Place], problems: Problems) -> dict[str, Any]:
    problems.spelling.paths.update(
        {
            "spec.ttl.after": "spec.ttl",
            "spec.ttl.after.since": "spec.ttl.fieldPath",
            "spec.ttl.after.wait": "spec.ttl",
            "spec.ttl.after.wait.path": "spec.ttl.fieldPath",
        }
    )
    wait: dict[str, Any] = {"path": read["fieldPath"].text(most=limits.FIELD_PATH)}
    if mappings := read.get("mappings"):
        classes = mappings.entries(most=limits.MAPPINGS) or {}
        wait["mappings"] = {name: _seconds(place) for name, place in classes.items()}
    if default := read.get("default"):
        wait["default"] = _seconds(default)
    return {"since": "created", "wait": wait}


def _after_field(read: dict[str, Place], problems: Problems) -> dict[str, Any]:
    problems.spelling.paths.update(
        {
            "spec.ttl.after": "spec.ttl",
            "spec.ttl.after.since": "spec.ttl.relativeTo",
            "spec.ttl.after.since.path": "spec.ttl.relativeTo",
            "spec.ttl.after.wait": "spec.ttl.secondsAfter",
        }
    )
    since = {"path": read["relativeTo"].text(most=limits.FIELD_PATH)}
    if "secondsAfter" not in read:
        problems.refuse("spec.ttl.relativeTo", "needs secondsAfter beside it")
        return {"since": since}
    return {"since": since, "wait": _seconds(read["secondsAfter"])}


_REWRITES: Final[dict[str, Callable[[dict[str, Place], Problems], dict[str, Any]]]] = {
    "secondsAfterCreation": _after_creation,
    "fieldPath": _by_field,
    "relativeTo": _after_field,
}
