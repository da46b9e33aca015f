"""Scripts in Lua that k8s-cleaner publishes as examples, known by their hash, with what they ask as a condition.

No script is translated: one that is not known to the last token stays impossible. Blanks, comments and the names of
variables do not count, so that a copy with other names is known, too; constants and fields do.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Callable

    from zen_gc_core.importing.conversion import Document

_TOKEN: Final = re.compile(
    r"""(?P<blank>\s+|--(?!\[=*\[)[^\n]*)
    |(?P<field>[.:]\s*[A-Za-z_]\w*)
    |(?P<name>[A-Za-z_]\w*)
    |(?P<text>"[^"\\\n]*"|'[^'\\\n]*')
    |(?P<number>[0-9]+(?:\.[0-9]+)?)
    |(?P<sign>==|~=|<=|>=|\.\.|[-+*/%#<>=(){}\[\];,])""",
    re.VERBOSE | re.ASCII,
)
_FIXED: Final = frozenset(
    (
        *("and", "break", "do", "else", "elseif", "end", "false", "for", "function", "goto", "if"),
        *("in", "local", "nil", "not", "or", "repeat", "return", "then", "true", "until", "while"),
        *("evaluate", "ipairs", "obj", "os", "pairs", "resources", "string", "table", "tonumber", "tostring", "type"),
    )
)
"""Names that mean something by themselves; any other is a variable of the script's own."""


def digest(script: str) -> str | None:
    """The hash of a script; None for one with what is not read here (long strings and comments, escapes).

    Two scripts of one hash differ in nothing but blanks, comments, quotes and the names of their variables.
    """
    variables: dict[str, str] = {}
    words = []
    at = 0
    while at < len(script):
        token = _TOKEN.match(script, at)
        if token is None:
            return None
        at = token.end()
        word = token[0]
        match token.lastgroup:
            case "blank":
                continue
            case "field":
                word = word[0] + word[1:].strip()
            case "text":
                word = f'"{word[1:-1]}"' if '"' not in word[1:-1] else word
            case "name" if word not in _FIXED:
                word = variables.setdefault(word, f"${len(variables)}")
        words.append(word)
    return hashlib.sha256("\n".join(words).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Known:
    """A script that is known.

    Args:
        name: What it looks for.
        condition: What it asks, in CEL; an object without a field that it looks at is kept.
        takes: Whether the script itself matches an object, where it does not fail.
    """

    name: str
    condition: str
    takes: Callable[[Document], bool]


def _at(content: Any, *path: str) -> Any:
    for name in path:
        content = content.get(name) if isinstance(content, dict) else None
    return content


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _no_replicas(content: Document) -> bool:
    replicas = _at(content, "spec", "replicas")
    return _is_number(replicas) and replicas == 0


def _completed_pod(content: Document) -> bool:
    found = _at(content, "status", "conditions")
    for each in found if isinstance(found, list) else ():
        if not isinstance(each, dict):
            return False  # the loop ends, or the script fails
        if (each.get("reason"), each.get("status")) == ("PodCompleted", "True"):
            return True
    return False


def _completed_job(content: Document) -> bool:
    succeeded = _at(content, "status", "succeeded")
    return _at(content, "status", "completionTime") is not None and _is_number(succeeded) and succeeded > 0


_KNOWN: Final = {
    "a0c7217824d2db8e4c1f1bbdee7c68ca80097b58ad8a92d199590ed2689dd2fd": Known(
        "no replicas are wanted", "object.spec.replicas == 0", _no_replicas
    ),
    "c848b3dcdd19b6d1eaab8c1154abc5ac007e80e45ab2549dab3259b7e9e4608b": Known(
        "a Pod that says PodCompleted",
        "object.status.conditions.all(each, has(each.status)) && object.status.conditions.exists(each, "
        "has(each.reason) && each.reason == 'PodCompleted' && each.status == 'True')",
        _completed_pod,
    ),
    "5c040ca13c387d185f0e27c247c2742e899aaf4f799e7cd8f1338e1cd1e78550": Known(
        "a Job that ended well",
        "object.status.completionTime != null && object.status.succeeded > 0",
        _completed_job,
    ),
}


def known(script: str) -> Known | None:
    """What a script asks; None for one that is not known."""
    found = digest(script)
    return None if found is None else _KNOWN.get(found)
