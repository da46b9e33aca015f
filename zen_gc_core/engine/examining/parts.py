"""Parts: what was asked of an object, what came of it, and the values that it was asked about."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final

from zen_gc_core.errors import Undecided, ZenGCError
from zen_gc_core.fieldpaths import MISSING, FieldPath, spell
from zen_gc_core.model.relations import Related
from zen_gc_core.texts import kind_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from zen_gc_core.engine.compiling import CompiledPolicy
    from zen_gc_core.engine.matching import Matcher, Part
    from zen_gc_core.keywords import Run
    from zen_gc_core.model.candidate import Candidate
    from zen_gc_core.model.reads import Reads
    from zen_gc_core.model.relations import Found, Key, Relation

MOST_VALUES: Final = 20
"""How many values of a part are shown."""

_SECRET_PARTS: Final = frozenset({"data", "stringData"})


@dataclass(frozen=True, slots=True)
class Saw:
    """A value that a part looked at.

    Args:
        path: Where.
        value: What is there; ``MISSING`` where nothing is.
        hidden: Whether there is a value that is not shown: it is the content of a Secret.
    """

    path: str
    value: Any
    hidden: bool = False


@dataclass(frozen=True, slots=True)
class Looked:
    """Other objects that a part looked at.

    Args:
        what: Which objects.
        path: Where the policy says so, natively.
        found: What was found of them, in words.
    """

    what: str
    path: str
    found: str


@dataclass(frozen=True, slots=True)
class Asked:
    """Something that was asked of an object.

    Args:
        what: What was asked: a keyword, a field of a target.
        path: Where the policy says so, natively; empty where it does not.
        holds: The answer; None where it cannot be told.
        because: Why it does not hold, or cannot be told; empty where that is not said.
        saw: The values that it looked at.
        parts: What it is made of.
        looked: What was found of other objects.
        whole: Whether it looks at the whole object, so that no values are told.
    """

    what: str
    path: str
    holds: bool | None
    because: str = ""
    saw: tuple[Saw, ...] = ()
    parts: tuple[Asked, ...] = ()
    looked: tuple[Looked, ...] = ()
    whole: bool = False


def asked_of(matcher: Matcher, candidate: Candidate, run: Run, compiled: CompiledPolicy) -> tuple[Asked, ...]:
    """What each keyword of a condition map says of an object, whatever the others say.

    Args:
        matcher: The map, compiled.
        candidate: The object.
        run: The run.
        compiled: The policy, whose relations tell which other objects were looked at.
    """
    return tuple(_part(part, candidate, run, compiled) for part in matcher.parts)


def _part(part: Part, candidate: Candidate, run: Run, compiled: CompiledPolicy) -> Asked:
    holds, because = _answer(part, candidate, run)
    inner = tuple(_map(part.name, path, matcher, candidate, run, compiled) for path, matcher in part.inner)
    return Asked(
        part.name,
        part.path,
        holds,
        because,
        () if inner else tuple(seen(candidate, part.reads)),
        inner,
        () if inner else tuple(_related(part, candidate, run, compiled)),
        whole=part.reads.everything and not inner,
    )


def _map(  # noqa: PLR0913, PLR0917  a condition map, and where it stands
    name: str, path: str, matcher: Matcher, candidate: Candidate, run: Run, compiled: CompiledPolicy
) -> Asked:
    """One of the condition maps of a keyword such as ``any``."""
    parts = asked_of(matcher, candidate, run, compiled)
    answers = {part.holds for part in parts}
    holds = False if False in answers else None if None in answers else True
    return Asked(f"{name}{path.rpartition(name)[2]}", path, holds, parts=parts)


def _answer(part: Part, candidate: Candidate, run: Run) -> tuple[bool | None, str]:
    try:
        holds: object = part.call(candidate, run)
    except Undecided as doubt:
        return None, str(doubt)
    except Exception as error:  # noqa: BLE001  whatever a keyword raises, it has not decided
        return None, f"it failed: {type(error).__name__}: {error}"
    if not isinstance(holds, bool):
        return None, f"it answered with {kind_of(holds)}, not true or false"
    return holds, "" if holds else _words(part, candidate, run)


def _words(part: Part, candidate: Candidate, run: Run) -> str:
    if part.explain is None:
        return ""
    try:
        words: object = part.explain(candidate, run)
    except Exception:  # noqa: BLE001  words are never a reason to fail
        return ""
    return words if isinstance(words, str) else ""


def seen(candidate: Candidate, reads: Reads) -> Iterator[Saw]:
    """The values that are at the fields that were declared; none where the whole object was.

    Args:
        candidate: The object.
        reads: What was declared.
    """
    if reads.everything:
        return
    for segments in sorted(reads.paths, key=spell)[:MOST_VALUES]:
        yield saw(candidate, FieldPath(segments, spell(segments)))


def saw(candidate: Candidate, path: FieldPath) -> Saw:
    """The value at a path of an object; the content of a Secret is not shown."""
    try:
        value = candidate.get(path)
    except ZenGCError:
        value = MISSING
    secret = (candidate.api_version, candidate.kind) == ("v1", "Secret") and path.segments[0] in _SECRET_PARTS
    if secret and value is not MISSING:
        return Saw(path.text, None, hidden=True)
    return Saw(path.text, value)


@dataclass(frozen=True, slots=True)
class _Listening(Related):
    """What is known of some objects; notes what is found of them."""

    heard: list[Found] = field(default_factory=list)

    def find(self, keys: Iterable[Key], within: str | None) -> Found:
        """As ``Related.find``."""
        found = Related.find(self, keys, within)  # dataclasses with slots know no bare super()
        self.heard.append(found)
        return found


def _related(part: Part, candidate: Candidate, run: Run, compiled: CompiledPolicy) -> Iterator[Looked]:
    """The other objects that a keyword asked for, and what was found of them."""
    for declared in compiled.relations:
        known = run.related.get(declared.relation)
        if known is None or not declared.path.startswith(part.path):
            continue
        listening = _Listening(
            known.marks, known.doubts, known.unknown_in, known.unknown, known.namespaces, known.names
        )
        _answer(part, candidate, replace(run, related={**run.related, declared.relation: listening}))
        for words in dict.fromkeys(map(_found, listening.heard)):
            yield Looked(_objects(declared.relation), declared.path, words)


def _objects(relation: Relation) -> str:
    return f"{relation.kind} objects" if relation.of is None else "objects of any kind"


def _found(found: Found) -> str:
    try:
        some = found.any()
    except Undecided as doubt:
        return str(doubt)
    return (found.name or "there is one") if some else "none"
