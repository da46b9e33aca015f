"""Plugins: find them, load each by itself, quarantine what is broken, and collect the vocabulary they offer.

Nothing is global and nothing happens at import: ``load_plugins`` takes the entry points and yields a value.
"""

from __future__ import annotations

import importlib.metadata
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, Protocol

from zen_gc_core import hookspecs
from zen_gc_core.errors import InputError
from zen_gc_core.model.finishing import BUILT_IN, Finishing
from zen_gc_core.model.plan import Veto
from zen_gc_core.model.requests import Delete, Mark
from zen_gc_core.model.scaling import Scale
from zen_gc_core.offering import KINDS, OWN_DISTRIBUTION, Offer, Offered
from zen_gc_core.texts import did_you_mean, one_line

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    import pluggy

    from zen_gc_core.expressions.cel import Function
    from zen_gc_core.model.finishing import Finishes
    from zen_gc_core.model.plan import Plan
    from zen_gc_core.model.report import RunReport

__all__ = [
    "KINDS",
    "OWN_DISTRIBUTION",
    "EntryPoint",
    "Offered",
    "Plugin",
    "Plugins",
    "Vocabulary",
    "installed_entry_points",
    "load_plugins",
    "refuse_unknown",
]

_LONGEST_DESCRIPTION: Final = 400
REQUESTS: Final = (Delete, Mark, Scale)
"""What any plugin's action may ask for; a class of its own could ask for anything with the controller's rights."""


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
class Vocabulary:
    """The words that policies may use.

    Args:
        matchers: Keywords of ``spec.conditions``, by name.
        ttls: Keywords of ``spec.ttl``.
        actions: Keywords of ``spec.action``.
        cel_functions: Functions for CEL expressions.
        unavailable: Why a keyword of a quarantined plugin cannot be used, by name.
        finishing: The kinds that are known to finish.
    """

    matchers: Mapping[str, Offered] = field(default_factory=dict)
    ttls: Mapping[str, Offered] = field(default_factory=dict)
    actions: Mapping[str, Offered] = field(default_factory=dict)
    cel_functions: tuple[Function, ...] = ()
    unavailable: Mapping[str, str] = field(default_factory=dict)
    finishing: Finishing = BUILT_IN


@dataclass(frozen=True, slots=True)
class Plugin:
    """An entry point of the group ``zen_gc``, and what became of it.

    Args:
        name: The entry point's name.
        module: What it names.
        distribution: The distribution that it comes from.
        version: That distribution's version.
        keywords: What it offers, by kind (``matchers``, ``ttls``, ``actions``, ``cel functions``, ``finishing kinds``).
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
            f"{name}: {reasons.get(name, 'not installed')}" for name in required if name not in self._implementations
        )

    def veto(self, plan: Plan) -> tuple[Veto, ...]:
        """Ask every plugin about a plan; one that raises, or answers anything but text or None, vetoes."""
        vetoes = []
        for name, manager in self._implementations.items():
            try:
                answers = manager.hook.zen_gc_veto(plan=plan)
            except (Exception, SystemExit) as error:  # noqa: BLE001  whatever a plugin raises is its veto
                vetoes.append(Veto(name, f"its veto raised {_described(error)}"))
                continue
            vetoes.extend(Veto(name, _reason(answer)) for answer in answers)
        return tuple(vetoes)

    def run_finished(self, report: RunReport) -> tuple[tuple[str, str], ...]:
        """Tell every plugin of a finished run; what one raises is returned with its name."""
        failures = []
        for name, manager in self._implementations.items():
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

    Args:
        entry_points: What to load; in a clash of names the later one is the newcomer.
        disabled: Entry point names that are not loaded.
    """
    loading = _Loading()
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
        self.words: dict[str, dict[str, Offered]] = {kind: {} for kind in KINDS}
        self.functions: list[Function] = []
        self.function_owners: dict[str, str] = {}
        self.finishes: dict[tuple[str, str], tuple[Finishes, str]] = {}
        self.unavailable: dict[str, str] = {}

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
        self.plugins.append(
            Plugin(point.name, point.value, distribution, version, names if failure is None else {}, failure)
        )
        if failure is None:
            self._admit(plugin, offer)
        else:
            for words in offer.words.values():
                for name in words:
                    self.unavailable.setdefault(
                        name, f"plugin '{point.name}' of {distribution} is quarantined: {failure}"
                    )

    def _load(self, point: EntryPoint, offer: Offer) -> str | None:
        if point.name in self.managers:
            return f"an entry point named '{point.name}' is loaded already"
        try:
            offer.collect(point.load())
        except (Exception, SystemExit) as error:  # noqa: BLE001  whatever it raises, it alone is out
            return _described(error)
        return self._clash(offer)

    def _clash(self, offer: Offer) -> str | None:
        for kind, words in offer.words.items():
            for name in words:
                if other := self.words[kind].get(name):
                    return f"keyword '{name}' is offered by '{other.plugin}' of {other.distribution} already"
        for name, action in offer.words["actions"].items():
            for request in action.requests:
                if action.distribution != OWN_DISTRIBUTION and request not in REQUESTS:
                    known = " or ".join(each.__name__ for each in REQUESTS)
                    return f"action '{name}' makes a {request.__name__}; a plugin may ask for a {known}"
        for function in offer.functions:
            if owner := self.function_owners.get(function.name):
                return f"CEL function '{function.name}' is offered by '{owner}' already"
        return self._clash_of_rows(offer)

    def _clash_of_rows(self, offer: Offer) -> str | None:
        for row in offer.finishes:
            if said := self.finishes.get((row.group, row.kind)):
                return f"when a {row.kind} of {row.group} finishes is said by '{said[1]}' already"
        return None

    def _admit(self, plugin: Plugin, offer: Offer) -> None:
        self.managers[plugin.name] = offer.manager
        for kind, words in offer.words.items():
            self.words[kind].update(words)
        self.functions.extend(offer.functions)
        self.function_owners.update((function.name, plugin.name) for function in offer.functions)
        self.finishes.update(((row.group, row.kind), (row, plugin.name)) for row in offer.finishes)

    def finish(self) -> Plugins:
        vocabulary = Vocabulary(
            matchers=self.words["matchers"],
            ttls=self.words["ttls"],
            actions=self.words["actions"],
            cel_functions=tuple(self.functions),
            unavailable={
                name: why
                for name, why in self.unavailable.items()
                if not any(name in words for words in self.words.values())
            },
            finishing=Finishing(row for row, _ in self.finishes.values()) if self.finishes else BUILT_IN,
        )
        return Plugins(tuple(self.plugins), vocabulary, self.managers)


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
