"""What the schema says in CEL (``x-kubernetes-validations``): rules over fields that stand side by side.

Each refuses only what the parser refuses too, and looks at fields whose size is bounded.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from zen_gc_core.engine.parsing import limits

if TYPE_CHECKING:
    from collections.abc import Iterable

    from zen_gc_core.engine.crds.structural import Schema

_RESERVED: Final = re.compile(
    "true|false|null|in|as|break|const|continue|else|for|function|if|import|let|loop|package|namespace|return|var|void|while"
)
_ESCAPES: Final = {"__": "__underscores__", ".": "__dot__", "-": "__dash__", "/": "__slash__"}


def rule(expression: str, message: str) -> Schema:
    """One rule."""
    return {"rule": expression, "message": message}


def written(name: str) -> str:
    """The CEL for "this field is written", whatever its name (Kubernetes escapes names that are no identifiers)."""
    escaped = re.sub(r"__|[./-]", lambda found: _ESCAPES[found[0]], name)
    return f"has(self.{f'__{name}__' if _RESERVED.fullmatch(name) else escaped})"


def at_most_one(names: Iterable[str], message: str) -> Schema:
    """At most one of these fields is written; those that the schema does not know are not counted."""
    return rule(f"[{', '.join(map(written, names))}].filter(each, each).size() <= 1", message)


def not_both(one: str, other: str) -> Schema:
    """Two spellings of the same thing are not written side by side."""
    return rule(f"!({written(one)} && {written(other)})", f"{one} says the same as {other}; keep {other}")


def needs(name: str, other: str) -> Schema:
    """One field has no meaning without another."""
    return rule(f"!{written(name)} || {written(other)}", f"{name} needs {other} beside it")


SOME_INCLUDED: Final = rule(
    "self.exists(glob, !glob.startsWith('!'))", "holds excludes only; write '*' first to take all others"
)
"""A list of globs is not of excludes alone."""

ONE_ACTION: Final = rule(
    "!has(self.action) || !has(self.behavior) || "
    "!(has(self.behavior.propagationPolicy) || has(self.behavior.gracePeriodSeconds))",
    "behavior.propagationPolicy and gracePeriodSeconds say the same as action; keep action",
)
"""How to delete is written in one place."""

SOME_TARGET: Final = rule("has(self.targetResources) || has(self.targetResource)", "a policy needs targetResources")
"""A policy has targets."""

VALUES_AS_ASKED: Final = rule(
    "(has(self.values) && size(self.values) > 0) == (self.operator in ['In', 'NotIn'])",
    "In and NotIn need values; Exists and DoesNotExist take none",
)
"""A requirement has values when its operator asks for them."""

LOWEST_RATE: Final = rule(
    f"double(self) == 0.0 || double(self) >= {limits.LOWEST_RATE}",
    f"must be 0, or {limits.LOWEST_RATE} or more, which is one a minute",
)
"""A rate of deletions that gets on."""
