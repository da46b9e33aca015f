"""The words that policies may use: what all plugins offer, put together; of two that offer one name, the first has it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from zen_gc_core.errors import InputError
from zen_gc_core.model.evicting import Evict
from zen_gc_core.model.finishing import BUILT_IN, Finishing
from zen_gc_core.model.merging import MergePatch
from zen_gc_core.model.notifying import Notify
from zen_gc_core.model.references import NO_REFERENCES, References, key_of, shown
from zen_gc_core.model.requests import Delete, Mark
from zen_gc_core.model.scaling import Scale
from zen_gc_core.model.suspending import Suspend
from zen_gc_core.offering import KINDS, OWN_DISTRIBUTION

if TYPE_CHECKING:
    from collections.abc import Mapping

    from zen_gc_core.expressions.cel import Function
    from zen_gc_core.model.finishing import Finishes
    from zen_gc_core.model.references import Row
    from zen_gc_core.offering import Offer, Offered

REQUESTS: Final = (Delete, Mark, Scale, Suspend, Evict, Notify, MergePatch)
"""What any plugin's action may ask for; a class of its own could ask for anything with the controller's rights."""


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The words that policies may use.

    Args:
        matchers: Keywords of ``spec.conditions``, by name.
        ttls: Keywords of ``spec.ttl``.
        actions: Keywords of ``spec.action``.
        cel_functions: Functions for CEL expressions.
        unavailable: Why a keyword of a quarantined plugin cannot be used, by name.
        finishing: The kinds that are known to finish.
        references: Which objects are named by which.
    """

    matchers: Mapping[str, Offered] = field(default_factory=dict)
    ttls: Mapping[str, Offered] = field(default_factory=dict)
    actions: Mapping[str, Offered] = field(default_factory=dict)
    cel_functions: tuple[Function, ...] = ()
    unavailable: Mapping[str, str] = field(default_factory=dict)
    finishing: Finishing = BUILT_IN
    references: References = NO_REFERENCES


class Words:
    """The words of plugins, put together into a vocabulary one offer after the other."""

    def __init__(self) -> None:
        self._words: dict[str, dict[str, Offered]] = {kind: {} for kind in KINDS}
        self._functions: list[Function] = []
        self._function_owners: dict[str, str] = {}
        self._finishes: dict[tuple[str, str], tuple[Finishes, str]] = {}
        self._references: dict[tuple[object, ...], tuple[Row, str]] = {}
        self._unavailable: dict[str, str] = {}

    def clash(self, offer: Offer) -> str | None:
        """Why a plugin's offer cannot be taken beside what was admitted before; None when it can.

        Args:
            offer: What the plugin offers.
        """
        for kind, words in offer.words.items():
            for name in words:
                if other := self._words[kind].get(name):
                    return f"keyword '{name}' is offered by '{other.plugin}' of {other.distribution} already"
        for name, action in offer.words["actions"].items():
            for request in action.requests:
                if action.distribution != OWN_DISTRIBUTION and request not in REQUESTS:
                    known = " or ".join(each.__name__ for each in REQUESTS)
                    return f"action '{name}' makes a {request.__name__}; a plugin may ask for a {known}"
        for function in offer.functions:
            if owner := self._function_owners.get(function.name):
                return f"CEL function '{function.name}' is offered by '{owner}' already"
        return self._clash_of_rows(offer)

    def _clash_of_rows(self, offer: Offer) -> str | None:
        for row in offer.finishes:
            if said := self._finishes.get((row.group, row.kind)):
                return f"when a {row.kind} of {row.group} finishes is said by '{said[1]}' already"
        for reference in offer.references:
            if known := self._references.get(key_of(reference)):
                return f"{shown(reference)} is said by '{known[1]}' already"
        try:
            References((*(row for row, _ in self._references.values()), *offer.references))
        except InputError as error:
            return str(error)
        return None

    def admit(self, offer: Offer) -> None:
        """Take in what a plugin offers."""
        for kind, words in offer.words.items():
            self._words[kind].update(words)
        self._functions.extend(offer.functions)
        self._function_owners.update((function.name, offer.plugin) for function in offer.functions)
        self._finishes.update(((row.group, row.kind), (row, offer.plugin)) for row in offer.finishes)
        self._references.update((key_of(row), (row, offer.plugin)) for row in offer.references)

    def refuse(self, offer: Offer, failure: str) -> None:
        """Note the keywords of a plugin in quarantine: policies that use them are told why they cannot.

        Args:
            offer: What it offers, as far as that is known.
            failure: Why it is in quarantine.
        """
        why = f"plugin '{offer.plugin}' of {offer.distribution} is quarantined: {failure}"
        for words in offer.words.values():
            for name in words:
                self._unavailable.setdefault(name, why)

    def vocabulary(self) -> Vocabulary:
        """All that was admitted."""
        return Vocabulary(
            matchers=self._words["matchers"],
            ttls=self._words["ttls"],
            actions=self._words["actions"],
            cel_functions=tuple(self._functions),
            unavailable={
                name: why
                for name, why in self._unavailable.items()
                if not any(name in words for words in self._words.values())
            },
            finishing=Finishing(row for row, _ in self._finishes.values()) if self._finishes else BUILT_IN,
            references=References(row for row, _ in self._references.values()),
        )
