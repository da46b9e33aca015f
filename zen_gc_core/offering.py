"""What one plugin offers, collected from its hooks and checked; whatever is wrong with it is raised here.

One plugin, one manager of its own: a fault is known to be its own. Quarantine is decided in ``zen_gc_core.plugins``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import pluggy
from pydantic import PydanticUserError, TypeAdapter

from zen_gc_core import hookspecs
from zen_gc_core.expressions.cel import Environment, Function
from zen_gc_core.keywords import Keyword
from zen_gc_core.model.finishing import Finishes, Finishing
from zen_gc_core.model.references import Exhaustive, Referable, Reference, References, WellKnown
from zen_gc_core.model.requests import Request

if TYPE_CHECKING:
    from collections.abc import Mapping

    from zen_gc_core.model.references import Row

OWN_DISTRIBUTION: Final = "zen-gc"
KINDS: Final = ("matchers", "ttls", "actions")

_DOMAIN: Final = r"[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)+"
_NAME: Final = re.compile(rf"({_DOMAIN}/)?[A-Za-z]([-A-Za-z0-9_.]*[A-Za-z0-9])?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Offered:
    """A keyword, and who offers it.

    Args:
        keyword: The keyword.
        adapter: Validates its configuration.
        plugin: The plugin's entry point name.
        distribution: The plugin's distribution.
    """

    keyword: Keyword[Any, Any]
    adapter: TypeAdapter[Any]
    plugin: str
    distribution: str

    @property
    def requests(self) -> tuple[type[Request], ...]:
        """The requests that an action says it makes."""
        requests = self.keyword.requests
        return requests if isinstance(requests, tuple) else (requests,)


class Offer:
    """What one plugin offers.

    Args:
        plugin: Its entry point's name.
        distribution: Its distribution.

    Attributes:
        plugin: Its entry point's name.
        distribution: Its distribution.
        manager: The manager that it alone is registered with.
        words: Its keywords, by kind and name.
        functions: Its functions for CEL.
        finishes: When objects of its kinds have finished.
        references: What objects of its kinds name, and what is used without being named.
    """

    def __init__(self, plugin: str, distribution: str) -> None:
        self.plugin = plugin
        self.distribution = distribution
        self.manager = pluggy.PluginManager(hookspecs.PROJECT)
        self.manager.add_hookspecs(hookspecs)
        self.words: dict[str, dict[str, Offered]] = {kind: {} for kind in KINDS}
        self.functions: list[Function] = []
        self.finishes: list[Finishes] = []
        self.references: list[Row] = []

    def collect(self, implementation: object) -> None:
        """Register the plugin's module or object, and collect what it offers.

        Raises:
            Exception: Anything that the plugin raises; what is wrong with it otherwise is a TypeError, a ValueError
                or a PluginValidationError that says so.
        """
        self.manager.register(implementation, name=self.plugin)
        self.manager.check_pending()
        if not self.manager.get_hookcallers(implementation):
            raise ValueError("it implements no hook; is @hookimpl missing?")
        for kind in KINDS:
            for keyword in self._listed(f"zen_gc_{kind}"):
                self._take(keyword, kind)
        for function in self._listed("zen_gc_cel_functions"):
            if not isinstance(function, Function):
                raise TypeError(f"zen_gc_cel_functions must return functions for CEL, not {type(function).__name__}")
            self.functions.append(function)
        if self.functions:
            Environment(functions=self.functions)  # raises for what CEL could not take, before a policy asks for it
        self._take_finishes()
        self._take_references()

    def _take_finishes(self) -> None:
        for row in self._listed("zen_gc_finishes"):
            if not isinstance(row, Finishes):
                raise TypeError(f"zen_gc_finishes must return rows (Finishes), not {type(row).__name__}")
            self.finishes.append(row)
        if self.finishes:
            Finishing(self.finishes)  # raises for what is known already, or said twice

    def _take_references(self) -> None:
        for row in self._listed("zen_gc_references"):
            if not isinstance(row, Reference | Exhaustive | Referable | WellKnown):
                raise TypeError(f"zen_gc_references must return rows such as Reference, not {type(row).__name__}")
            if self.distribution != OWN_DISTRIBUTION:
                _check_own_kind(row)
            self.references.append(row)
        References(self.references)  # raises for what is said twice, or does not go together

    def _listed(self, name: str) -> list[Any]:
        caller = getattr(self.manager.hook, name)
        answers = caller()
        if not answers and caller.get_hookimpls():
            raise TypeError(f"{name} must return a list, not None")
        for answer in answers:
            if not isinstance(answer, list | tuple):
                raise TypeError(f"{name} must return a list, not {type(answer).__name__}")
        return [item for answer in answers for item in answer]

    def _take(self, keyword: object, kind: str) -> None:
        if not isinstance(keyword, Keyword):
            raise TypeError(f"zen_gc_{kind} must return keywords, not {type(keyword).__name__}")
        _check_name(keyword.name, self.words[kind], own=self.distribution == OWN_DISTRIBUTION)
        offered = Offered(keyword, _adapter(keyword), self.plugin, self.distribution)
        if kind == "actions":
            _check_requests(offered)
        self.words[kind][keyword.name] = offered


def _check_name(name: object, taken: Mapping[str, Offered], *, own: bool) -> None:
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        raise ValueError(f"{name!r} is no name for a keyword: write it as 'acme.io/team'")
    if "/" not in name and not own:
        raise ValueError(f"keyword '{name}' needs a domain of yours, such as 'acme.io/{name}'")
    if name in taken:
        raise ValueError(f"keyword '{name}' is offered twice")


def _check_requests(action: Offered) -> None:
    name = action.keyword.name
    if not action.requests:
        raise ValueError(f"action '{name}' must say which requests it makes, such as Keyword(…, requests=Delete)")
    for request in action.requests:
        made: object = request  # a plugin's word, whatever its type says
        if not isinstance(made, type) or not issubclass(made, Request):
            raise TypeError(f"the requests of action '{name}' must be classes such as Delete, not {request!r}")


def _check_own_kind(row: Row) -> None:
    """Refuse that a plugin says of a kind that is not its own that nothing but its rows is a use."""
    if isinstance(row, Exhaustive | Referable) and ("." not in row.group or row.group.endswith(".k8s.io")):
        name = f"{row.group}/{row.kind}".removeprefix("/")
        raise ValueError(f"{name} is no kind of yours: what may use it, or what it uses, is not for a plugin to say")


def _adapter(keyword: Keyword[Any, Any]) -> TypeAdapter[Any]:
    try:
        adapter = TypeAdapter(keyword.config)
        adapter.rebuild(raise_errors=True)
    except (PydanticUserError, NameError) as error:
        raise TypeError(f"keyword '{keyword.name}' has no usable configuration: {error}") from error
    return adapter
