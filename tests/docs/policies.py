"""The policies that the pages show, whole or in parts, and what the program says of them."""

from __future__ import annotations

import importlib.util
import sys
from dataclasses import dataclass
from functools import cache
from itertools import zip_longest
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from tests.docs.pages import PAGES, REPOSITORY, Block, blocks_of
from zen_gc_core.cli.reading.yamls import read_yaml
from zen_gc_core.engine.compiling import compile_policy
from zen_gc_core.engine.parsing import parse_policy
from zen_gc_core.engine.parsing.policy import FIELDS, RESERVED
from zen_gc_core.model.policy import API_VERSION, CLUSTER, NAMESPACED
from zen_gc_core.plugins import installed_entry_points, load_plugins

if TYPE_CHECKING:
    from pathlib import Path
    from types import ModuleType

    from zen_gc_core.engine.compiling import Compilation
    from zen_gc_core.plugins import EntryPoint, Plugins

_PARTS = {*FIELDS, *RESERVED, "targetResource"}
_TARGETS = [{"apiVersion": "batch/v1", "kind": "Job"}]


@dataclass(frozen=True, slots=True)
class Shown:
    """A policy of a page.

    Attributes:
        page: the page.
        block: the block that shows it, or a part of it.
        after: the block that follows.
        document: the policy; a part of one is made whole.
    """

    page: Path
    block: Block
    after: Block | None
    document: dict[str, Any]

    @property
    def refused(self) -> bool:
        """Whether the page shows it as wrong."""
        return self.block.note == "refused"

    def __str__(self) -> str:
        """Where it is."""
        return f"{self.page.relative_to(REPOSITORY)}:{self.block.line}"


def shown_policies() -> list[Shown]:
    """Every policy of every page."""
    found = []
    for page in PAGES:
        blocks = blocks_of(page)
        for block, after in zip_longest(blocks, blocks[1:]):
            if block.language == "yaml":
                found += [Shown(page, block, after, document) for document in _policies(block.text)]
    return found


def _policies(text: str) -> list[dict[str, Any]]:
    return [
        policy
        for document in read_yaml(text)
        if isinstance(document.value, dict) and (policy := _policy(document.value)) is not None
    ]


def _policy(value: dict[str, Any]) -> dict[str, Any] | None:
    """A policy, or what is made of a part of one; None for anything else."""
    if value.get("kind") in {NAMESPACED, CLUSTER}:
        return value
    spec = value["spec"] if set(value) == {"spec"} else value
    if not set(spec) <= _PARTS or not spec:
        return None
    whole = {"targetResources": _TARGETS, "ttl": {"afterCreation": "7d"}, **spec}
    return {"apiVersion": API_VERSION, "kind": NAMESPACED, "metadata": {"name": "shown"}, "spec": whole}


def compile_shown(document: dict[str, Any]) -> Compilation:
    """What the program says of a policy; of one with a keyword of Acme's, with the example of a plugin installed."""
    plugins = _with_acme() if "acme.io/" in str(document["spec"]) else _installed()
    return compile_policy(parse_policy(document), plugins.vocabulary)


@cache
def _installed() -> Plugins:
    return load_plugins(installed_entry_points())


@cache
def _with_acme() -> Plugins:
    return plugins_with(load_module(REPOSITORY / "examples" / "plugin-acme" / "acme_zen_gc" / "__init__.py"))


def plugins_with(module: ModuleType) -> Plugins:
    """The installed plugins, and a module as if it were one of them, named `acme`."""
    return load_plugins(points_with(module))


def points_with(module: ModuleType) -> list[EntryPoint]:
    """The entry points of the same."""
    point = SimpleNamespace(name="acme", value=module.__name__, dist=None, load=lambda: module)
    return [*installed_entry_points(), point]


def load_module(place: Path) -> ModuleType:
    """Import a file under a name of its own."""
    name = f"docs_{place.parent.name}"
    spec = importlib.util.spec_from_file_location(name, place)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module
