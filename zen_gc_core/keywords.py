"""What a plugin offers: keywords.

A keyword is a name in a policy, the shape of its configuration, and a function that compiles it, once a policy, into
a plain callable that is asked once an object. Data, not a base class: there is nothing to inherit from.

Errors of a configuration are refused with ``build.error``; what cannot be told of one object raises ``Undecided``.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from zen_gc_core.configurations import Config, Duration, EachPath, FieldPath, Instant, Matchers
from zen_gc_core.errors import InputError, Undecided
from zen_gc_core.model.candidate import Candidate
from zen_gc_core.model.decision import Decision
from zen_gc_core.model.relations import Found, NotKnown, Related, Relation
from zen_gc_core.model.requests import Request
from zen_gc_core.run import Namespace, Run

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from zen_gc_core.fieldpaths import FieldPath as _FieldPath
    from zen_gc_core.model.finishing import Finishing
    from zen_gc_core.model.polarity import Polarity
    from zen_gc_core.model.policy import PolicyReference, Target
    from zen_gc_core.model.references import References
    from zen_gc_core.model.shapes import Shape

C = TypeVar("C")
T = TypeVar("T")


@dataclass(frozen=True)  # no slots: they would forbid Compiled[bool](…)
class Compiled(Generic[T]):
    """A compiled keyword: a plain callable, and what may be known about it.

    Args:
        call: Asked once an object. A matcher ``(candidate, run) -> bool``, a TTL ``(candidate, run) -> datetime or
            None`` (None: never), an action ``(decision, run) -> Request``. Pure.
        reads: The field paths that it looks at (``["metadata.labels.team"]``); None: the whole object. The object's
            kind, name, namespace and uid need not be declared. Reading anything else raises, and is undecided.
        explain: For a matcher, says in a few words why it does not hold of an object; for a TTL, what the instant is
            made of (``finished 2026-01-01T10:00:00Z, wait 1h``). Only asked when the words are shown.
        start: For a TTL that counts from an instant: that instant of an object, ``(candidate, run) -> datetime or None``
            (None: it has not come). ``spec.retain`` orders objects by it. Reads no more than ``reads``.
        needs: For a TTL, the field paths without each of which it yields no instant, ever: a label or an annotation among
            them is how objects opt in, without which no wildcard takes them.
        relations: The other objects on which the answer depends: they are listed before anything is judged, and again
            before anything is written, and asked for with ``run.find``.
        at_once: For a TTL, whether what meets the conditions is due at once.
        holding: For a TTL that counts from when the conditions began to hold (``run.held_since``): the instant at which an
            object would be due, had they begun to hold now. Objects that meet the conditions are marked then.
        after_creation: For a TTL, how long after its creation each object is due, where that is all it says: a pass then
            counts the objects that are too young, and asks about none of them.
    """

    call: Callable[..., T]
    reads: Sequence[str] | None = None
    explain: Callable[[Candidate, Run], str] | None = None
    start: Callable[[Candidate, Run], dt.datetime | None] | None = None
    needs: Sequence[str] = ()
    relations: Sequence[Relation] = ()
    at_once: bool = False
    holding: Callable[[Candidate, Run], dt.datetime | None] | None = None
    after_creation: dt.timedelta | None = None


def reads_together(parts: Iterable[Compiled[Any]]) -> list[str] | None:
    """What several compiled keywords or expressions look at together; None when one of them looks at the whole object."""
    together: set[str] = set()
    for part in parts:
        if part.reads is None:
            return None
        together.update(part.reads)
    return sorted(together)


class Build(ABC):
    """What a keyword may ask for while it compiles, once a policy."""

    policy: PolicyReference
    """The policy."""
    targets: tuple[Target, ...]
    """What the policy looks at."""
    finishing: Finishing
    """The kinds that are known to finish, those of plugins among them."""
    references: References
    """Which objects are named by which, as the rows of all plugins say."""
    polarity: Polarity
    """What becomes of an object that this keyword does not match."""

    @abstractmethod
    def matchers(self, raw: Mapping[str, Any], path: str, *, negated: bool | None = None) -> Compiled[bool]:
        """Compile a nested condition map; all of its keywords must hold.

        Args:
            raw: The map of keywords to their configurations.
            path: Where it stands below this keyword (``[0]``, ``inner``).
            negated: Whether this keyword matches because the map does not; None: either may be. What can never match
                is refused where that could collect.

        Returns:
            A compiled matcher that raises Undecided where it cannot tell.
        """

    @abstractmethod
    def cel(self, text: str, path: str) -> Compiled[Any]:
        """Compile a CEL expression over ``object``, ``namespaceObject``, ``now`` and ``policy``.

        Args:
            text: The expression.
            path: Where it stands below this keyword.

        Returns:
            A compiled callable that yields the value (a timestamp as aware ``datetime``) or raises Undecided.
        """

    @abstractmethod
    def jmespath(self, text: str, path: str) -> Compiled[Any]:
        """Compile a JMESPath expression over the object; as ``cel``."""

    @abstractmethod
    def reserved(self, key: str) -> str | None:
        """Why an action may not write a label or annotation of this key, in words for ``error``; None when it may.

        What is written all the same keeps the object.
        """

    @abstractmethod
    def shape(self, path: _FieldPath) -> Shape:
        """What the objects of the policy may hold at a path of the configuration (see ``unequal``)."""

    @abstractmethod
    def about(self, api_version: str, kind: str, path: str) -> Build:
        """What compiles conditions about objects of another kind, at which a relation looks.

        Relations cannot be declared within.

        Args:
            api_version: Their group and version.
            kind: Their kind.
            path: Where both stand below this keyword; empty for the keyword itself.

        Raises:
            InputError: There is no such kind.
        """

    @abstractmethod
    def check_path(self, place: _FieldPath, path: str) -> None:
        """Refuse a path that is in no object that this builds for.

        What a configuration holds as a ``FieldPath`` is checked by itself, for the objects of the policy.

        Args:
            place: The path.
            path: Where it stands, below this keyword.

        Raises:
            InputError: No object has such a place.
        """

    @abstractmethod
    def never(self, path: str, message: str, *, negated: bool = False) -> None:
        """Note that something can never match: refused where not matching could collect, a warning elsewhere.

        Args:
            path: Where, below this keyword.
            message: What never matches, in one line.
            negated: Whether this keyword matches because that does not, as with ``NotIn``.

        Raises:
            InputError: Not matching could collect.
        """

    @abstractmethod
    def error(self, path: str, message: str) -> InputError:
        """The error that refuses the policy; to be raised.

        Args:
            path: Where, below this keyword (``oneOf[0]``); empty for the keyword itself.
            message: What is wrong, in one line.
        """

    @abstractmethod
    def warn(self, path: str, message: str) -> None:
        """Note something that the author should look at; the policy stays valid."""


@dataclass(frozen=True)  # no slots: they would forbid Keyword[X, bool](…)
class Keyword(Generic[C, T]):
    """A word of the policy language.

    Args:
        name: The name in policies. The project's own have no domain; yours has (``acme.io/team``).
        config: The shape of its configuration: a ``Config``, or any type that pydantic's TypeAdapter takes. Its
            docstring is the keyword's documentation.
        compile: Makes the callable, once a policy.
        requests: For an action, which requests it may answer with: their rights are asked for before a run, and any other
            answer keeps the object.
    """

    name: str
    config: Any
    compile: Callable[[C, Build], Compiled[T] | Callable[..., T]]
    requests: type[Request] | tuple[type[Request], ...] = ()


__all__ = [
    "Build",
    "Candidate",
    "Compiled",
    "Config",
    "Decision",
    "Duration",
    "EachPath",
    "FieldPath",
    "Found",
    "Instant",
    "Keyword",
    "Matchers",
    "Namespace",
    "NotKnown",
    "Related",
    "Relation",
    "Request",
    "Run",
    "Undecided",
]
