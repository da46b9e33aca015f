"""What comes of one policy of another tool: policies of ours, and what became of each of its constructs.

The rule is kept here: a construct is ``exact``, ``narrower`` (ours keeps more), or ``impossible``. Nothing is wider: what
would be is impossible, and the policies that lack it are paused, with the reason.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final, Protocol, TypeAlias

from zen_gc_core.model.policy import API_VERSION, CLUSTER, NAMESPACED

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Iterable, Mapping, Sequence

Document = dict[str, Any]
"""A manifest, decoded."""

Answer = tuple[Any, str | None]
"""What an interpreter says of an expression on one object: the value, or why there is none."""

Interpreter: TypeAlias = "Callable[[str, dt.datetime, Sequence[Mapping[str, Any]]], Sequence[Answer]]"
"""Another interpreter of CEL, for the comparison: the text, the instant, and the variables of each object."""

LONGEST_NAME: Final = 63
"""The most characters of the name of a policy that is made here."""


class Level(StrEnum):
    """How a construct comes over."""

    EXACT = "exact"
    NARROWER = "narrower"
    IMPOSSIBLE = "impossible"


@dataclass(frozen=True, slots=True)
class Construct:
    """One construct of an original.

    Args:
        path: Where it stands in there.
        level: How it comes over.
        words: What it becomes, or why it does not; one line.
    """

    path: str
    level: Level
    words: str


@dataclass(frozen=True, slots=True)
class Subject:
    """An object about which both are asked.

    Args:
        content: The object, decoded.
        namespaced: Whether its kind lives in namespaces.
        plural: The name of its kind in URLs.
        namespace_object: The Namespace that it lives in; None for none, and where it is not known.
    """

    content: Document
    namespaced: bool
    plural: str
    namespace_object: Document | None = None

    @property
    def metadata(self) -> Document:
        """Its metadata."""
        found = self.content.get("metadata")
        return found if isinstance(found, dict) else {}

    def texts(self, name: str) -> dict[str, str]:
        """Its ``labels`` or ``annotations``."""
        found = self.metadata.get(name)
        return found if isinstance(found, dict) else {}

    @property
    def name(self) -> str:
        """Its name."""
        return str(self.metadata.get("name", ""))

    @property
    def namespace(self) -> str:
        """The namespace that it lives in; empty for none."""
        return str(self.metadata.get("namespace") or "") if self.namespaced else ""

    @property
    def group(self) -> str:
        """The group of its kind; empty for the core."""
        return str(self.content.get("apiVersion", "")).rpartition("/")[0]

    @property
    def version(self) -> str:
        """The version of its kind."""
        return str(self.content.get("apiVersion", "")).rpartition("/")[2]

    @property
    def kind(self) -> str:
        """Its kind."""
        return str(self.content.get("kind", ""))


class Original(Protocol):
    """What an original means: a reference of the tool's own semantics."""

    def takes(self, subjects: Sequence[Subject], now: dt.datetime) -> Sequence[bool | None]:
        """Whether the tool would delete each object, were it to run now; None where the reference cannot tell."""


@dataclass(frozen=True, slots=True)
class Source:
    """A policy of another tool, as it was read.

    Args:
        content: It, decoded.
        place: Its file and line.
        lines: Where each of its values stands, by path; empty where that is not known.
    """

    content: Document
    place: str
    lines: Mapping[str, str] = field(default_factory=dict)

    def at(self, path: str) -> str:
        """Where one of its values stands; the nearest above it that is known."""
        while path and path not in self.lines:
            path = path[: max(path.rfind("."), path.rfind("["), 0)]
        return self.lines.get(path, self.place)


@dataclass(slots=True)
class Conversion:
    """What comes of one original.

    Args:
        tool: Whose it is.
        title: What it is called (``CleanupPolicy clean-pods``).
        place: Its file and line; empty where there is none.
        constructs: What became of each construct, in its order.
        assumed: What is taken for granted of how the tool runs.
        policies: The policies that were made.
        scripts: Texts that are carried along as comments.
        original: What it means; None where nothing is to be compared.
    """

    tool: str
    title: str
    place: str
    constructs: list[Construct] = field(default_factory=list)
    assumed: list[str] = field(default_factory=list)
    policies: list[Document] = field(default_factory=list)
    scripts: list[str] = field(default_factory=list)
    original: Original | None = None

    def exact(self, path: str, words: str) -> None:
        """Note a construct that means the same here."""
        self.constructs.append(Construct(path, Level.EXACT, words))

    def narrower(self, path: str, words: str) -> None:
        """Note a construct by which more is kept here."""
        self.constructs.append(Construct(path, Level.NARROWER, words))

    def impossible(self, path: str, words: str) -> None:
        """Note a construct that does not come over."""
        self.constructs.append(Construct(path, Level.IMPOSSIBLE, words))

    def refuse_unknown(self, paths: Iterable[str]) -> None:
        """Note fields that are not known: they may restrict what is deleted."""
        for path in paths:
            self.impossible(path, "is not known to this importer, and might restrict what is deleted")

    def of(self, level: Level) -> list[Construct]:
        """The constructs of a level."""
        return [each for each in self.constructs if each.level is level]

    def add(self, name: str, spec: Document, namespace: str | None = None, *, paused: bool = False) -> None:
        """Add a policy.

        Args:
            name: Its name; cut where it is too long.
            spec: Its spec, without ``paused``.
            namespace: The namespace that it lives in; None for a cluster policy.
            paused: Whether it may not act as it stands.
        """
        metadata: Document = {"name": name[:LONGEST_NAME].rstrip("-.")}
        if namespace is not None:
            metadata["namespace"] = namespace
        kind = CLUSTER if namespace is None else NAMESPACED
        whole = {**spec, "paused": True} if paused else dict(spec)
        self.policies.append({"apiVersion": API_VERSION, "kind": kind, "metadata": metadata, "spec": whole})
