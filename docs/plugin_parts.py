"""The reference of what a plugin offers and is given: from the docstrings of the door, and from examples that are tests."""  # noqa: INP001  as there

from __future__ import annotations

import ast
import inspect
import re
import textwrap
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import zen_gc_core
from zen_gc_core import hookspecs, testing

if TYPE_CHECKING:
    from collections.abc import Iterator

EXAMPLES: Final = Path(__file__).parents[1] / "examples" / "plugin-parts"

_PAGE: Final = """\
# What a plugin can offer

This page is generated from the program, and from the examples in `examples/plugin-parts`, each of which is a module that works and
its own test: `python -m pytest examples/plugin-parts`. [Your first plugin](../tutorial/first-plugin.md) puts a package around it; [a
plugin in the image](../how-to/install-a-plugin.md) brings it to the controller.

A plugin imports `zen_gc_core`, its tests `zen_gc_core.testing`, and nothing below either of them: what else there is may change with
any version.

## Hooks

A function of this name, marked with `@hookimpl`. None is called once an object.
"""

_EXAMPLES: Final = {
    "test_matcher": "A condition",
    "test_condition_on_others": "A condition about other objects",
    "test_ttl": "A TTL",
    "test_action": "An action",
    "test_cel_function": "A function for CEL",
    "test_finishes": "When your kinds have finished",
    "test_reference": "What your kinds use",
    "test_veto": "A veto",
    "test_listener": "A listener",
}
_GIVEN: Final = (
    "Keyword",
    "Compiled",
    "Build",
    "Candidate",
    "Run",
    "Relation",
    "Looked",
    "Found",
    "Decision",
    "Plan",
    "RunReport",
)
_REQUESTS: Final = ("Delete", "Evict", "Mark", "Scale", "Suspend", "MergePatch", "Notify")
_ROWS: Final = ("Finishes", "Condition", "Entry", "Reference", "WellKnown", "Referable", "Exhaustive", "CelFunction")
_ARGUMENT = re.compile(r"^    (\w+): (.*(?:\n(?!    \w+: ).+)*)", re.MULTILINE)


def plugins_page() -> str:
    """The page, as Markdown."""
    parts = [_PAGE.rstrip("\n"), "", *_hooks(), "", "## Examples", ""]
    for name, title in _EXAMPLES.items():
        parts += [*_example(title, EXAMPLES / f"{name}.py"), ""]
    parts += ["## What you make, and what you are given", ""]
    for name in _GIVEN:
        parts += [*_class(name), ""]
    parts += ["## Requests", "", "What an action may ask for, about the object that is due and no other.", ""]
    for name in _REQUESTS:
        parts += [*_class(name), ""]
    parts += ["## Rows, and functions for CEL", ""]
    for name in _ROWS:
        parts += [*_class(name), ""]
    parts += ["## The test kit", "", "From `zen_gc_core.testing`; no cluster and no policy file is needed.", ""]
    for name in sorted(testing.__all__):
        if callable(getattr(testing, name)):
            parts += [*_function(name), ""]
    return "\n".join(parts)


def _hooks() -> list[str]:
    rows = ["| hook | what for |", "|---|---|"]
    for name, hook in vars(hookspecs).items():
        if name.startswith("zen_gc_"):
            said = _prose(inspect.getdoc(hook) or "")
            rows.append(f"| `{name}({', '.join(inspect.signature(hook).parameters)})` | {_cell(said)} |")
    return rows


def _example(title: str, file: Path) -> Iterator[str]:
    text = file.read_text(encoding="utf-8")
    docstring, _, body = text.partition("\n\n")
    said = (ast.get_docstring(ast.parse(docstring)) or "").partition(": ")[2]
    yield f"### {title}"
    yield ""
    yield said[:1].upper() + said[1:]
    yield ""
    yield "```python"
    yield f"# {file.name}"
    yield body.rstrip("\n")
    yield "```"


def _class(name: str) -> Iterator[str]:
    made = getattr(zen_gc_core, name)
    text = inspect.getdoc(made) or ""
    yield f"### {name}"
    yield ""
    yield _prose(text)
    yield from _table("field", text)
    methods = [row for member, value in vars(made).items() if (row := _member(member, value))]
    if methods:
        yield ""
        yield "| member | meaning |"
        yield "|---|---|"
        yield from methods


def _member(name: str, value: Any) -> str | None:
    """The row of a public method or property that says what it is."""
    if name.startswith("_"):
        return None
    if isinstance(value, property):
        return f"| `{name}` | {_cell(_prose(inspect.getdoc(value) or ''))} |"
    if not inspect.isfunction(value) or not value.__doc__:
        return None
    shown = ", ".join(each for each in inspect.signature(value).parameters if each != "self")
    return f"| `{name}({shown})` | {_cell(_prose(inspect.getdoc(value) or ''))} |"


def _function(name: str) -> Iterator[str]:
    made = getattr(testing, name)
    text = inspect.getdoc(made) or ""
    yield f"### {name}"
    yield ""
    yield _prose(text)
    yield from _table("argument", text)


def _table(what: str, text: str) -> Iterator[str]:
    """What a docstring says of each argument or attribute; nothing where it says nothing of any."""
    if rows := dict(_arguments(text)):
        yield from ("", f"| {what} | meaning |", "|---|---|")
        yield from (f"| `{name}` | {_cell(meaning)} |" for name, meaning in rows.items())


def _prose(text: str) -> str:
    """A docstring up to its sections, a paragraph a line."""
    before = re.split(r"\n\n?(?:Args|Attributes|Returns|Raises):\n", text)[0]
    return "\n\n".join(_sentence(" ".join(part.split())) for part in before.split("\n\n"))


def _arguments(text: str) -> Iterator[tuple[str, str]]:
    for section in ("Args", "Attributes"):
        if found := re.search(rf"{section}:\n((?:    .*\n?|\n)+)", text):
            for argument in _ARGUMENT.finditer(textwrap.indent(textwrap.dedent(found[1]), "    ")):
                yield argument[1], argument[2]


def _sentence(text: str) -> str:
    return re.sub(r":\w+:`~?([^`]+)`", r"`\1`", text).replace("``", "`")


def _cell(text: str) -> str:
    return " ".join(_sentence(text).split()).replace("|", "\\|")
