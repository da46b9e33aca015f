"""The differential table: what an original would delete now, what our policies would, and where the two differ.

Only ours must be nothing: an import never deletes more than the original.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from zen_gc_core.engine.files import Files
from zen_gc_core.engine.offline import plan_offline
from zen_gc_core.importing.conversion import Subject
from zen_gc_core.model.decision import Verdict
from zen_gc_core.model.json_candidates import JsonCandidate
from zen_gc_core.texts import placed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from zen_gc_core.engine.asking import Asking
    from zen_gc_core.engine.compiling import Compilation
    from zen_gc_core.importing.conversion import Conversion, Document
    from zen_gc_core.importing.kinds import Kinds
    from zen_gc_core.model.decision import Decision
    from zen_gc_core.model.plan import Plan

MOST_EXAMPLES: Final = 10
"""How many objects of a cell are named."""

Key = tuple[str, str, str, str]
"""Group, kind, namespace and name of an object."""


class Cell(StrEnum):
    """What becomes of an object, by both."""

    BOTH_GO = "both go"
    BOTH_STAY = "both stay"
    ONLY_THEIRS = "only theirs goes"
    ONLY_OURS = "only ours goes"
    UNTOLD = "ours goes, the reference cannot tell"
    UNTOLD_STAYS = "ours stays, the reference cannot tell"


@dataclass(frozen=True, slots=True)
class Example:
    """An object of a cell.

    Args:
        kind: Its kind.
        place: Its namespace and name.
        because: Why ours keeps it, or lets it go.
    """

    kind: str
    place: str
    because: str


@dataclass(slots=True)
class Comparison:
    """Both on the same objects.

    Args:
        title: The original.
        counts: How many objects are in each cell.
        examples: The first of them.
    """

    title: str
    counts: Counter[Cell] = field(default_factory=Counter)
    examples: dict[Cell, list[Example]] = field(default_factory=dict)

    @property
    def wider(self) -> int:
        """Of how many objects it is not shown that the original would delete them, and ours does."""
        return self.counts[Cell.ONLY_OURS] + self.counts[Cell.UNTOLD]

    def note(self, cell: Cell, example: Example) -> None:
        """Count an object."""
        self.counts[cell] += 1
        told = self.examples.setdefault(cell, [])
        if len(told) < MOST_EXAMPLES:
            told.append(example)


_RANKS: Final = {Verdict.ACT: 3, Verdict.WAIT: 2, Verdict.KEEP: 1, Verdict.SKIP: 0}
"""Which of several policies' words about an object is told: the one that does the most."""


class Comparing:
    """Objects, and how an original and our policies are asked about them.

    Args:
        contents: The objects, decoded.
        kinds: What is known of kinds.
        compiling: Compiles a policy.
        asking: How plans are asked for; ``skipped`` and ``everything`` are set.
    """

    def __init__(
        self,
        contents: Iterable[Document],
        kinds: Kinds,
        compiling: Callable[[Document], Compilation],
        asking: Asking,
    ) -> None:
        self._compiling = compiling
        self._asking = replace(asking, skipped=True, everything=True)
        documents = list(contents)
        self._candidates = [_candidate(document) for document in documents]
        files = Files(self._candidates)
        namespaces = {
            candidate.name: document
            for candidate, document in zip(self._candidates, documents, strict=True)
            if (candidate.api_version, candidate.kind) == ("v1", "Namespace")
        }
        self._subjects = [
            _subject(document, candidate, kinds, files, namespaces)
            for candidate, document in zip(self._candidates, documents, strict=True)
        ]

    def compare(self, conversion: Conversion) -> Comparison:
        """Both on all objects. A policy of ours that is paused, or runs dry, takes nothing."""
        compilations = [self._compiling(policy) for policy in conversion.policies if _acts(policy)]
        planned = plan_offline(compilations, Files(self._candidates, compilations), self._asking)
        decided = _decided(each.plan for each in planned if each.plan is not None)
        comparison = Comparison(conversion.title)
        now, original = self._asking.now, conversion.original
        theirs = original.takes(self._subjects, now) if original else [False] * len(self._subjects)
        for subject, taken in zip(self._subjects, theirs, strict=True):
            decision = decided.get((subject.group, subject.kind, subject.namespace, subject.name))
            because = decision.because if decision is not None else "no policy of ours takes it"
            goes = decision is not None and decision.verdict is Verdict.ACT
            comparison.note(
                _cell(goes=goes, taken=taken), Example(subject.kind, placed(subject.namespace, subject.name), because)
            )
        return comparison


def _cell(*, goes: bool, taken: bool | None) -> Cell:
    if goes:
        return Cell.UNTOLD if taken is None else Cell.BOTH_GO if taken else Cell.ONLY_OURS
    if taken is None:
        return Cell.UNTOLD_STAYS
    return Cell.ONLY_THEIRS if taken else Cell.BOTH_STAY


def _acts(policy: Document) -> bool:
    spec = policy["spec"]
    return not spec.get("paused") and not spec.get("behavior", {}).get("dryRun")


def _decided(plans: Iterable[Plan]) -> Mapping[Key, Decision]:
    """What our policies would do with each object, by the one that does the most."""
    found: dict[Key, Decision] = {}
    for plan in plans:
        for decision in plan.decisions:
            key = (decision.api_version.rpartition("/")[0], decision.kind, decision.namespace, decision.name)
            if key not in found or _RANKS[decision.verdict] > _RANKS[found[key].verdict]:
                found[key] = decision
    return found


def _candidate(document: Document) -> JsonCandidate:
    return JsonCandidate.from_object(document, api_version=document["apiVersion"], kind=document["kind"])


def _subject(
    document: Document, candidate: JsonCandidate, kinds: Kinds, files: Files, namespaces: Mapping[str, Document]
) -> Subject:
    metadata = {**document["metadata"], **({"namespace": candidate.namespace} if candidate.namespace else {})}
    known = kinds.known(candidate.api_version, candidate.kind)
    return Subject(
        {**document, "metadata": metadata},
        files.namespaced(candidate.api_version, candidate.kind),
        known.plural if known else f"{candidate.kind.lower()}s",
        namespaces.get(candidate.namespace),
    )
