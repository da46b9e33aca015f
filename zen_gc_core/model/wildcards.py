"""Wildcards: a target that means every kind but some, and what an object must carry so that it takes it. Data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

if TYPE_CHECKING:
    from zen_gc_core.model.candidate import Candidate

ANY: Final = "*"
"""What a wildcard writes as its apiVersion and as its kind."""


@dataclass(frozen=True, slots=True)
class Excepted:
    """A kind that a wildcard leaves out.

    Args:
        kind: The kind.
        group: Its API group; None leaves out the kinds of that name of every group.
        path: Where it stands in the policy, in the user's words.
    """

    kind: str
    group: str | None = None
    path: str = ""

    def __str__(self) -> str:
        return self.kind if self.group is None else f"{self.group}/{self.kind}"


@dataclass(frozen=True, slots=True)
class Wildcard:
    """Every kind that can be listed and deleted, by one of its versions.

    Args:
        excepted: The kinds that it leaves out.
        cluster_scoped: Whether it takes kinds that live in no namespace, too.
    """

    excepted: tuple[Excepted, ...] = ()
    cluster_scoped: bool = False


@dataclass(frozen=True, slots=True)
class OptIn:
    """A label or an annotation by which an object says that a wildcard may take it.

    Args:
        where: Whether it is a label or an annotation.
        key: Its key.
    """

    where: Literal["labels", "annotations"]
    key: str

    def carried_by(self, candidate: Candidate) -> bool:
        """Whether an object carries it."""
        return self.key in (candidate.labels if self.where == "labels" else candidate.annotations)

    def __str__(self) -> str:
        return f"the {self.where.removesuffix('s')} {self.key}"
