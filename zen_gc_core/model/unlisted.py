"""What a run cannot know of the kinds that a wildcard means: of such a kind nothing is taken, nor what may own it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from zen_gc_core.model.reasons import Reason

if TYPE_CHECKING:
    from collections.abc import Mapping

    from zen_gc_core.model.decision import Decision


@dataclass(frozen=True, slots=True)
class Unlisted:
    """A kind, or all kinds of a group version, whose objects are not known in a run.

    Args:
        what: The resource (``widgets.example.com``), or the group version of which not even the kinds are known.
        why: Why, in one line; fit for everybody: it quotes no object.
        namespaced: Whether its objects live in namespaces.
        namespaces: The namespaces that were asked for; None: all.
        reason: Why, in one word.
    """

    what: str
    why: str
    namespaced: bool = True
    namespaces: frozenset[str] | None = None
    reason: Reason = Reason.LIST_INCOMPLETE

    def may_be_owned_by(self, decision: Decision) -> bool:
        """Whether an object of it may be owned by another.

        A namespaced object owns objects of its own namespace alone; one without a namespace may own any.
        """
        if not decision.namespace:
            return True
        return self.namespaced and (self.namespaces is None or decision.namespace in self.namespaces)

    def __str__(self) -> str:
        return f"{self.what}: {self.why}"


@dataclass(frozen=True, slots=True)
class Gaps:
    """What a run does not know or may not do: of the kinds that its wildcards mean, and of what came back too often.

    Args:
        unlisted: The kinds that could not be listed.
        forbidden: The kinds that may not be written, by version and name, and why.
        left_alone: Objects that came back whenever they were deleted, by group, kind, namespace and name, and why; all of
            them, where there is ``ALL_OBJECTS``.
    """

    unlisted: tuple[Unlisted, ...] = ()
    forbidden: Mapping[tuple[str, str], str] = field(default_factory=dict)
    left_alone: Mapping[tuple[str, str, str, str], str] = field(default_factory=dict)

    def __bool__(self) -> bool:
        """Whether there is any."""
        return bool(self.unlisted or self.forbidden or self.left_alone)


ALL_OBJECTS: Final = ("", "", "", "")
"""In place of one object's group, kind, namespace and name: whichever it is."""

NO_GAPS = Gaps()
