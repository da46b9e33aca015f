"""Each property can fail: with a guard taken out of the program it finds an example."""

from __future__ import annotations

import datetime as dt
import itertools
import os
import random
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
import zen_gc_ttl.starts
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.proof.properties import policies
from tests.proof.properties.test_deciding import (
    test_a_decision_on_any_json_is_made_and_is_the_same_twice as any_json,
)
from tests.proof.properties.test_deciding import (
    test_a_plan_is_the_same_twice_and_in_any_order_of_the_objects as any_order,
)
from tests.proof.properties.test_deciding import (
    test_how_a_list_is_cut_into_pages_and_ordered_makes_no_difference as any_pages,
)
from tests.proof.properties.test_deciding import test_what_is_due_by_time_alone_stays_due as any_later
from tests.proof.properties.test_keeping_more import (
    test_a_condition_more_takes_no_more as a_condition,
)
from tests.proof.properties.test_keeping_more import (
    test_a_keep_mark_more_takes_no_more as a_mark,
)
from tests.proof.properties.test_keeping_more import (
    test_a_narrower_selector_takes_no_more as a_selector,
)
from tests.proof.properties.test_keeping_more import (
    test_a_place_more_takes_no_more as a_place,
)
from tests.proof.properties.test_keeping_more import (
    test_a_protection_more_takes_no_more as a_protection,
)
from tests.proof.properties.test_keeping_more import test_more_than_the_limit_is_nothing as a_limit
from tests.proof.properties.test_spellings import (
    test_json_and_yaml_say_the_same as any_form,
)
from tests.proof.properties.test_spellings import (
    test_the_go_programs_words_say_what_the_native_ones_say as any_spelling,
)
from tests.proof.properties.test_uses_and_marks import test_a_blackout_more_or_a_window_less_opens_nothing as a_blackout
from tests.proof.properties.test_uses_and_marks import test_a_mark_less_or_a_younger_one_takes_no_more as a_held_mark
from tests.proof.properties.test_uses_and_marks import test_a_use_more_takes_no_more as a_use
from tests.proof.properties.test_uses_and_marks import test_the_mark_of_another_takes_no_more as a_strange_mark
from tests.unit.engine.situations import NOW
from zen_gc_core.cli.reading import yamls
from zen_gc_core.cluster.paging import PageReader
from zen_gc_core.engine import breaker, judging, matching, protections, tallying
from zen_gc_core.engine.calendar import foreseeing
from zen_gc_core.engine.parsing import legacy, retain
from zen_gc_core.engine.retaining import holding
from zen_gc_core.errors import InputError, Undecided
from zen_gc_core.instants import parse_instant
from zen_gc_core.model import held_marks
from zen_gc_core.model.decision import KeptBy
from zen_gc_core.model.references import reading

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.proof.properties.policies import Compilation

Patch = pytest.MonkeyPatch


def doubts_get_out(patch: Patch) -> None:
    """What a condition cannot tell is nobody's to catch."""

    def by_conditions(compiled: Any, candidate: Any, run: Any) -> Any:
        return None if compiled.matcher(candidate, run) else judging.keep(candidate, KeptBy.CONDITION, "false")

    patch.setattr(judging, "_by_conditions", by_conditions)


def objects_are_changed(patch: Patch) -> None:
    """Who looks at an object leaves something in it."""
    real = judging.decide

    def decide(compiled: Any, candidate: Any, *arguments: Any, **named: Any) -> Any:
        if isinstance(candidate.object.get("metadata"), dict):
            candidate.object["metadata"].pop("labels", None)
        return real(compiled, candidate, *arguments, **named)

    patch.setattr(judging, "decide", decide)


def first_come_first_retained(patch: Patch) -> None:
    """What was listed first stays, whatever its time."""
    real, numbers = holding.Held.__init__, itertools.count()

    def made(self: Any, *arguments: Any) -> None:
        real(self, *arguments)
        self.order = (NOW - dt.timedelta(seconds=next(numbers)), *self.order[1:])

    patch.setattr(holding.Held, "__init__", made)


def first_page_alone(patch: Patch) -> None:
    """A list is its first page."""
    real = PageReader.read
    patch.setattr(PageReader, "read", lambda self, token: (real(self, token)[0], ""))


def late_is_never(patch: Patch) -> None:
    """What was due for a day and is still there is not meant to go."""
    real = judging.instant_of

    def instant(expiry: Any, candidate: Any, run: Any, asked: Any = None) -> Any:
        found = real(expiry, candidate, run, asked)
        return None if found is not None and (run.now - found).days > 1 else found

    patch.setattr(judging, "instant_of", instant)


def one_condition_is_enough(patch: Patch) -> None:
    """Conditions are alternatives."""

    def holds(self: Any, candidate: Any, run: Any) -> bool:
        answers = [False] if self.parts else [True]
        for part in self.parts:
            try:
                answers.append(part.call(candidate, run) is True)
            except Undecided:
                continue
        return any(answers)

    patch.setattr(matching.Matcher, "__call__", holds)


def marks_are_ignored(patch: Patch) -> None:
    """Nobody looks at keep marks."""
    patch.setattr(protections, "marked", lambda *_: False)


def ends_are_ignored(patch: Patch) -> None:
    """What is terminating is as due as it was."""
    real = protections.Protections.against

    def against(self: Any, candidate: Any, *arguments: Any) -> Any:
        candidate.terminating = False
        return real(self, candidate, *arguments)

    patch.setattr(protections.Protections, "against", against)


def more_places_are_fewer(patch: Patch) -> None:
    """Whoever asks for more gets less."""
    real = retain._number

    def number(place: Any) -> int:
        written = real(place)
        return written and max(1, 5 - written)

    patch.setattr(retain, "_number", number)


def labels_instead_of_namespaces(patch: Patch) -> None:
    """Where labels are selected, they are so in all namespaces."""
    real = tallying.in_scope

    def in_scope(targets: Any, candidate: Any, run: Any) -> Any:
        return [each for each in targets if each.label_selector is not None] or real(targets, candidate, run)

    patch.setattr(tallying, "in_scope", in_scope)


def no_breaker(patch: Patch) -> None:
    """However much it is, it goes."""
    patch.setattr(breaker, "tripped", lambda *_, **__: None)


def old_names_are_not_rewritten(patch: Patch) -> None:
    """The old list of tests of fields is passed over."""
    patch.setattr(
        legacy,
        "_conditions",
        lambda conditions, _problems: {word: held for word, held in conditions.items() if word != "and"},
    )


def yaml_of_its_own(patch: Patch) -> None:
    """Names that no YAML would read otherwise are read otherwise."""
    real = yamls.plain_scalar
    patch.setattr(yamls, "plain_scalar", lambda text: f"{text}:" if text.startswith("u-") else real(text))


def nothing_is_named(patch: Patch) -> None:
    """What a Pod mounts is no use of it."""
    patch.setattr(reading.Reader, "__call__", lambda *_: set())


def any_mark_holds(patch: Patch) -> None:
    """A mark counts, whatever object and generation it was made for."""

    def instant(value: str | None, candidate: Any, policy: Any) -> Any:
        del candidate, policy
        try:
            return None if value is None else parse_instant(value.partition(" ")[0])
        except InputError:
            return None

    patch.setattr(held_marks, "_instant_of", instant)


def whoever_signed(patch: Patch) -> None:
    """Whoever marked an object: it is marked."""
    patch.setattr(zen_gc_ttl.starts, "counted_from_a_mark", lambda start, *_: start)


def blackouts_end_windows_alone(patch: Patch) -> None:
    """Where no window is written, a blackout shuts nothing."""
    real = foreseeing.may_write

    def may_write(calendar: Any, now: Any) -> Any:
        return real(calendar if calendar.windows else replace(calendar, blackouts=()), now)

    patch.setattr(foreseeing, "may_write", may_write)


BITES = [
    (any_json, doubts_get_out),
    (any_json, objects_are_changed),
    (any_order, first_come_first_retained),
    (any_pages, first_page_alone),
    (any_later, late_is_never),
    (a_condition, one_condition_is_enough),
    (a_mark, marks_are_ignored),
    (a_protection, ends_are_ignored),
    (a_place, more_places_are_fewer),
    (a_selector, labels_instead_of_namespaces),
    (a_limit, no_breaker),
    (any_spelling, old_names_are_not_rewritten),
    (any_form, yaml_of_its_own),
    (a_use, nothing_is_named),
    (a_held_mark, any_mark_holds),
    (a_strange_mark, whoever_signed),
    (a_blackout, blackouts_end_windows_alone),
]


SAMPLE = 4
WHOLE = os.environ.get("PROPERTIES", "") == "whole"


def nothing_is_compiled() -> None:
    """What was compiled with a guard is not the program without it, and the other way round."""
    cache: Callable[[str], Compilation] | Any = policies._compiled
    cache.cache_clear()


def finds(holds: Any, broken: Callable[[Patch], None]) -> bool:
    """Whether a property finds an example with a guard taken out; most need less than a hundred, some a few hundred."""
    search = settings(
        max_examples=20_000, phases=[Phase.generate], database=None, suppress_health_check=list(HealthCheck)
    )
    again = search(given(st.data())(holds.hypothesis.inner_test))
    nothing_is_compiled()
    try:
        with pytest.MonkeyPatch.context() as patch:
            broken(patch)
            again()
    except (AssertionError, Undecided):
        return True
    finally:
        nothing_is_compiled()
    return False


@pytest.mark.timeout(1800)
def test_properties_find_the_guards_that_are_missing() -> None:
    """A sample of them, or all with ``PROPERTIES=whole``."""
    seed = int(os.environ.get("PROPERTIES_SEED", "0")) or random.SystemRandom().randrange(1, 2**31)
    print(f"PROPERTIES_SEED={seed}")  # noqa: T201  to run a failure again
    chosen = BITES if WHOLE else random.Random(seed).sample(BITES, SAMPLE)
    missed = [broken.__name__ for holds, broken in chosen if not finds(holds, broken)]
    assert not missed
