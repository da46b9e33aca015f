"""What a watch says of policies: all of them, one that is different, one that is gone, and that nobody listens now."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from zen_gc_core.errors import ClusterError

UNREADABLE: Final = "unreadable"
"""The field of a policy that says why it cannot be read; then it has its metadata and nothing else. No policy has such
a field, and one that has it is refused."""


@dataclass(frozen=True, slots=True)
class Listed:
    """All policies of a kind; whatever was known of that kind before does not count any more.

    Args:
        kind: The kind.
        policies: The policies, decoded, with their apiVersion and kind.
        namespace: Of which namespace it is all; None: of all.
    """

    kind: str
    policies: tuple[dict[str, Any], ...]
    namespace: str | None = None


@dataclass(frozen=True, slots=True)
class Changed:
    """A policy is new, or is different now.

    Args:
        kind: The kind.
        policy: The policy, decoded.
    """

    kind: str
    policy: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Removed:
    """A policy is gone.

    Args:
        kind: The kind.
        policy: Its last state, decoded.
    """

    kind: str
    policy: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Interrupted:
    """The watch of a kind is interrupted and will be taken up again; what is known may be old.

    Args:
        kind: The kind.
        error: Why.
    """

    kind: str
    error: ClusterError


PolicyEvent = Listed | Changed | Removed | Interrupted
