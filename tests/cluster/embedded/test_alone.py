"""The embedded cluster is a package of its own: it lives on what its README says it needs, and its modules form no circle."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from graphlib import TopologicalSorter
from importlib.metadata import packages_distributions, requires
from pathlib import Path

import zen_gc_embedded

PACKAGE = Path(zen_gc_embedded.__file__).parent
README = PACKAGE.parent / "README.md"


def modules() -> dict[str, Path]:
    """The modules of the package by their dotted names."""
    found = {}
    for path in PACKAGE.rglob("*.py"):
        parts = path.relative_to(PACKAGE.parent).with_suffix("").parts
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


def imported(path: Path) -> set[str]:
    """What a module imports, for its types, too: dotted names."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def needed() -> set[str]:
    """The distributions that the README names."""
    said = re.search(r"needs ((?:[\w-]+, )*[\w-]+ and [\w-]+);", README.read_text(encoding="utf-8").replace("\n", " "))
    assert said is not None
    return {name.lower() for name in re.split(r", | and ", said[1])}


def closure(distributions: set[str]) -> set[str]:
    """Distributions and all that they need in turn."""
    found: set[str] = set()
    waiting = set(distributions)
    while waiting:
        one = waiting.pop()
        found.add(one)
        plain = [line for line in requires(one) or [] if "extra ==" not in line]
        waiting |= {re.split(r"[^\w.-]", line)[0].lower() for line in plain if installed(line)} - found
    return found


def installed(requirement: str) -> bool:
    """Whether a requirement is there; one for other machines may be missing."""
    name = re.split(r"[^\w.-]", requirement)[0].lower().replace("_", "-")
    there = {d.lower().replace("_", "-") for owners in packages_distributions().values() for d in owners}
    return name in there


def test_it_imports_what_its_readme_says_and_no_more():
    """The README names the distributions; what is imported beside the standard library is exactly theirs."""
    roots = {name.partition(".")[0] for path in modules().values() for name in imported(path)}
    foreign = roots - set(sys.stdlib_module_names) - {"zen_gc_embedded"}
    owners = packages_distributions()
    assert {owners[root][0].lower() for root in foreign} == needed()


def test_no_module_depends_on_itself_by_any_way():
    """No circle, not even one of types; a package's ``__init__`` of a room counts as a module."""
    names = modules()
    graph = {name: (imported(path) & names.keys()) - {name} for name, path in names.items()}
    rooms = {name for name, path in names.items() if path.name == "__init__.py"}
    TopologicalSorter({name: needs - rooms for name, needs in graph.items()}).prepare()


ALONE = """
import sys

class Without:
    def __init__(self, finder):
        self.finder = finder

    def find_spec(self, name, path=None, target=None):
        return None if name.partition(".")[0] in REFUSED else self.finder.find_spec(name, path, target)

REFUSED = set(sys.argv[1].split(","))
sys.meta_path[:] = [Without(finder) for finder in sys.meta_path]
sys.path.insert(0, sys.argv[2])
import urllib.request
from zen_gc_embedded import EmbeddedCluster

with EmbeddedCluster() as cluster:
    cluster.seed([{"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a", "namespace": "default"}}])
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    print(opener.open(cluster.url + "/api/v1/namespaces/default/configmaps/a").status)
"""


def test_it_serves_where_nothing_of_zen_gc_is_to_be_had():
    """In a process that refuses every import but the standard library and what the README names, it starts and answers."""
    allowed = {name.replace("_", "-") for name in closure(needed())}
    refused = {
        root
        for root, owners in packages_distributions().items()
        if root not in sys.stdlib_module_names and not any(o.lower().replace("_", "-") in allowed for o in owners)
    }
    refused = (
        refused | {"zen_gc_core", "zen_gc_ttl", "zen_gc_conditions", "zen_gc_actions", "zen_gc_notifications"}
    ) - {"zen_gc_embedded"}
    assert {"kubernetes", "urllib3", "click", "pydantic"} <= refused
    done = subprocess.run(
        [sys.executable, "-c", ALONE, ",".join(sorted(refused)), str(PACKAGE.parent)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.stdout.strip(), done.stderr) == ("200", "")
