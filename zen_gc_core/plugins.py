"""Plugins: find them, load each by itself, quarantine what is broken, and call the hooks of those that work.

Nothing is global and nothing happens at import: ``load_plugins`` takes the entry points and yields a value.
"""

from __future__ import annotations

import contextlib
import importlib.metadata
import sys
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, Protocol

from zen_gc_core import hookspecs, tracing
from zen_gc_core.errors import InputError
from zen_gc_core.model.plan import Veto
from zen_gc_core.model.references import kinds_told
from zen_gc_core.offering import OWN_DISTRIBUTION, Offer
from zen_gc_core.texts import did_you_mean, one_line
from zen_gc_core.vocabulary import Words

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    import pluggy

    from zen_gc_core.model.plan import Plan
    from zen_gc_core.model.report import RunReport
    from zen_gc_core.vocabulary import Vocabulary

_LONGEST_DESCRIPTION: Final = 400


class EntryPoint(Protocol):
    """What is needed of an ``importlib.metadata.EntryPoint``."""

    @property
    def name(self) -> str:
        """The name under which the plugin is known."""

    @property
    def value(self) -> str:
        """The module that it names."""

    @property
    def dist(self) -> importlib.metadata.Distribution | None:
        """The distribution that it comes from."""

    def load(self) -> Any:
        """Import it."""


@dataclass(frozen=True, slots=True)
class Plugin:
    """An entry point of the group ``zen_gc``, and what became of it.

    Args:
        name: The entry point's name.
        module: What it names.
        distribution: The distribution that it comes from.
        version: That distribution's version.
        keywords: What it offers, by kind (``matchers``, ``ttls``, ``actions``, ``cel functions``, ``finishing kinds``,
            ``referring kinds``, ``referable kinds``).
        failure: Why it is in quarantine; None when it works.
        disabled: Whether it was switched off.
    """

    name: str
    module: str
    distribution: str
    version: str
    keywords: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    failure: str | None = None
    disabled: bool = False


class Plugins:
    """The plugins of a program: its vocabulary, and the hooks that are called while it runs.

    Args:
        plugins: Every entry point found, in the order of loading.
        vocabulary: What the working ones offer together.
        implementations: The working ones' modules, by entry point name.
    """

    def __init__(
        self, plugins: tuple[Plugin, ...], vocabulary: Vocabulary, implementations: Mapping[str, pluggy.PluginManager]
    ) -> None:
        self.plugins = plugins
        self.vocabulary = vocabulary
        self._implementations = implementations
        self._vetoing = self._with("zen_gc_veto")
        self._hearing = self._with("zen_gc_run_finished")

    def _with(self, hook: str) -> dict[str, pluggy.PluginManager]:
        """Those that implement a hook."""
        return {
            name: manager
            for name, manager in self._implementations.items()
            if getattr(manager.hook, hook).get_hookimpls()
        }

    @property
    def hear(self) -> bool:
        """Whether any of them wants to be told of finished runs."""
        return bool(self._hearing)

    @property
    def loaded(self) -> frozenset[str]:
        """The names of the plugins that work."""
        return frozenset(self._implementations)

    @property
    def quarantined(self) -> tuple[Plugin, ...]:
        """The plugins that do not."""
        return tuple(plugin for plugin in self.plugins if plugin.failure is not None)

    def missing(self, required: Iterable[str]) -> tuple[str, ...]:
        """Which of the required plugins (``--require-plugin``) are not loaded, each with the reason."""
        reasons = {plugin.name: plugin.failure or "disabled" for plugin in self.plugins}
        return tuple(
            f"{name}: {reasons.get(name) or f'not installed{did_you_mean(name, reasons)}'}"
            for name in required
            if name not in self._implementations
        )

    def veto(self, plan: Plan) -> tuple[Veto, ...]:
        """Ask every plugin about a plan; one that raises, or answers anything but text or None, vetoes."""
        vetoes = []
        for name, manager in self._vetoing.items():
            try:
                answers = manager.hook.zen_gc_veto(plan=plan)
            except (Exception, SystemExit) as error:  # noqa: BLE001  whatever a plugin raises is its veto
                tracing.show(error)
                vetoes.append(Veto(name, f"its veto raised {_described(error)}"))
                continue
            vetoes.extend(Veto(name, _reason(answer)) for answer in answers)
        return tuple(vetoes)

    def run_finished(self, report: RunReport) -> tuple[tuple[str, str], ...]:
        """Tell every plugin of a finished run; what one raises is returned with its name."""
        failures = []
        for name, manager in self._hearing.items():
            try:
                manager.hook.zen_gc_run_finished(report=report)
            except (Exception, SystemExit) as error:  # noqa: BLE001  whatever a plugin raises harms nobody else
                failures.append((name, _described(error)))
        return tuple(failures)


def installed_entry_points() -> tuple[EntryPoint, ...]:
    """The entry points of the group ``zen_gc`` that are installed: the project's own first, then by name."""
    points = importlib.metadata.entry_points(group=hookspecs.PROJECT)
    return tuple(
        sorted(points, key=lambda point: (_distribution(point)[0] != OWN_DISTRIBUTION, point.name, point.value))
    )


def load_plugins(entry_points: Iterable[EntryPoint], *, disabled: Collection[str] = ()) -> Plugins:
    """Load plugins, each by itself; what is broken is quarantined by name and harms nobody else.

    What they print meanwhile goes to standard error: standard output belongs to the program.

    Args:
        entry_points: What to load; in a clash of names the later one is the newcomer.
        disabled: Entry point names that are not loaded.
    """
    loading = _Loading()
    with contextlib.redirect_stdout(sys.stderr):
        for point in entry_points:
            loading.take(point, disabled=point.name in disabled)
        return loading.finish()


def refuse_unknown(entry_points: Iterable[EntryPoint], disabled: Iterable[str]) -> None:
    """Refuse to switch off what is not there: its name is misspelt, and what was meant would run.

    Args:
        entry_points: What is installed.
        disabled: The names of what is to be switched off.

    Raises:
        InputError: One of them is not installed.
    """
    known = sorted({point.name for point in entry_points})
    for name in disabled:
        if name not in known:
            hint = did_you_mean(name, known) or f" (installed: {', '.join(known) or 'none'})"
            raise InputError(f"--disable-plugin {one_line(name, 80)}: there is no plugin of this name{hint}")


class _Loading:
    def __init__(self) -> None:
        self.plugins: list[Plugin] = []
        self.managers: dict[str, pluggy.PluginManager] = {}
        self._known = Words()

    def take(self, point: EntryPoint, *, disabled: bool) -> None:
        distribution, version = _distribution(point)
        plugin = Plugin(point.name, point.value, distribution, version, disabled=disabled)
        if disabled:
            self.plugins.append(plugin)
            return
        offer = Offer(point.name, distribution)
        failure = self._load(point, offer)
        names = {kind: tuple(words) for kind, words in offer.words.items() if words}
        if offer.functions:
            names["cel functions"] = tuple(dict.fromkeys(function.name for function in offer.functions))
        if offer.finishes:
            names["finishing kinds"] = tuple(f"{row.group}/{row.kind}".removeprefix("/") for row in offer.finishes)
        if offer.references:
            names |= kinds_told(offer.references)
        self.plugins.append(
            Plugin(point.name, point.value, distribution, version, names if failure is None else {}, failure)
        )
        if failure is None:
            self.managers[point.name] = offer.manager
            self._known.admit(offer)
        else:
            self._known.refuse(offer, failure)

    def _load(self, point: EntryPoint, offer: Offer) -> str | None:
        if point.name in self.managers:
            return f"an entry point named '{point.name}' is loaded already"
        try:
            with contextlib.redirect_stdout(sys.stderr):  # what it prints is no part of what a command prints
                offer.collect(point.load())
        except (Exception, SystemExit) as error:  # noqa: BLE001  whatever it raises, it alone is out
            tracing.show(error)
            return _described(error)
        return self._known.clash(offer)

    def finish(self) -> Plugins:
        return Plugins(tuple(self.plugins), self._known.vocabulary(), self.managers)


def _distribution(point: EntryPoint) -> tuple[str, str]:
    distribution = point.dist
    return (
        (distribution.name or "unknown", distribution.version or "unknown") if distribution else ("unknown", "unknown")
    )


def _reason(answer: object) -> str:
    if not isinstance(answer, str):
        return f"its veto answered {type(answer).__name__}, not text"
    return one_line(answer, _LONGEST_DESCRIPTION) or "no reason given"


def _described(error: BaseException) -> str:
    text = one_line(str(error), _LONGEST_DESCRIPTION)
    return f"{type(error).__name__}: {text}" if text else type(error).__name__
