"""Testing golden folders: each is planned as ``plan`` plans it, and compared with what it expects."""

from __future__ import annotations

import difflib
import functools
import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from zen_gc_core.cli.golden.expectations import ExpectationError, check_expectation, seen
from zen_gc_core.cli.golden.folders import EXPECTED, planning_of, read_folder
from zen_gc_core.cli.plans.offline import plan_files
from zen_gc_core.cli.plans.output import as_document, as_yaml
from zen_gc_core.cli.reading.documents import FileError
from zen_gc_core.cli.reading.input import load_installed, sort_manifests
from zen_gc_core.cli.reading.strangers import no_policies
from zen_gc_core.engine.asking import Asking
from zen_gc_core.errors import InputError
from zen_gc_core.instants import format_instant
from zen_gc_core.texts import counted, visible_lines

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence
    from pathlib import Path

    from zen_gc_core.cli.golden.folders import Folder

_CONTEXT: Final = 4
"""Lines of an expectation that are shown around a difference."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a folder.

    Args:
        place: The directory.
        summary: What it is about, in a line.
        difference: The lines in which plan and expectation differ; empty when they do not.
        fault: Why it could not be tested; None when it could.
        told: What planning it says beside: warnings and notes, a line each.
        written: Whether the expectation was written anew.
        seconds: How long it took.
    """

    place: Path
    summary: str = ""
    difference: tuple[str, ...] = ()
    fault: str | None = None
    told: tuple[str, ...] = ()
    written: bool = False
    seconds: float = 0.0

    @property
    def as_expected(self) -> bool:
        """Whether the plan is as expected."""
        return self.fault is None and not self.difference


class Golden:
    """Tests golden folders, with the plugins that are installed.

    Args:
        now: The instant of folders without an expectation.
        update: Whether expectations are written anew where they differ.
    """

    def __init__(self, now: dt.datetime, *, update: bool = False) -> None:
        self._now = now
        self._update = update
        self._plugins = functools.cache(load_installed)

    def test(self, place: Path) -> Outcome:
        """Plan a folder, and compare.

        Args:
            place: The directory.
        """
        begun = time.monotonic()
        try:
            outcome = self._tested(place)
        except InputError as error:
            outcome = Outcome(place, fault=str(error))
        return replace(outcome, seconds=time.monotonic() - begun)

    def _tested(self, place: Path) -> Outcome:
        folder = read_folder(place)
        if folder.policies is None and not self._update:
            raise FileError(f"{place}: no {EXPECTED} in it: write it by hand, or with `zen-gc test --update`")
        now = folder.now or self._now
        document, objects, told = self._planned(folder, now)
        planned = document["policies"]
        try:
            shown = seen(folder.policies or (), planned) if folder.policies is not None else planned
            difference = tuple(_differences(folder.policies or (), shown))
            if difference and self._update:
                shown = seen(folder.policies or (), planned, anew=True)
                check_expectation(shown)
        except ExpectationError as error:
            raise FileError(f"{folder.where(error.path)}: {error.path}: {error}") from None
        summary = f"{counted(len(planned), 'policy', 'policies')}, {counted(objects, 'object')}"
        if difference and self._update:
            text = as_yaml({"now": format_instant(now), **folder.settings, "policies": shown})
            (place / EXPECTED).write_text(f"{folder.head}{text}\n", encoding="utf-8")
            return Outcome(place, summary, told=told, written=True)
        return Outcome(place, summary, difference, told=told)

    def _planned(self, folder: Folder, now: dt.datetime) -> tuple[dict[str, Any], int, tuple[str, ...]]:
        planning = planning_of(folder)
        manifests = sort_manifests(str(folder.place / name) for name in folder.files)
        if not manifests.policies:
            lead = f"{folder.place}: no policy in {' or '.join(folder.files)}"
            raise FileError(no_policies(lead, manifests.objects) or lead)
        if not manifests.objects:
            raise FileError(
                f"{folder.place}: no objects in {' or '.join(folder.files)}: a plan of nothing tests nothing"
            )
        try:
            plugins = self._plugins(planning.allowing)
            grants = planning.allowing.grants(planning.own_namespace)
        except InputError as error:
            raise FileError(f"{folder.where('flags')}: flags: {error}") from None
        if missing := plugins.missing(planning.allowing.require_plugin):
            raise FileError(f"{folder.where('flags')}: required plugin {'; '.join(missing)}")
        asking = Asking(now, grants, skipped=planning.skipped, veto=plugins.veto, everything=planning.everything)
        told = [f"note: {note}" for note in manifests.told.notes]
        planned = plan_files(manifests, plugins, asking, told.append, namespace=planning.namespace)
        return as_document(now, planned), len(manifests.objects), tuple(told)


def _differences(expected: Sequence[Any], shown: Sequence[Any]) -> list[str]:
    if list(expected) == list(shown):
        return []
    left, right = (visible_lines(as_yaml({"policies": list(value)})).split("\n") for value in (expected, shown))
    return list(difflib.unified_diff(left, right, EXPECTED, "plan", n=_CONTEXT, lineterm=""))
