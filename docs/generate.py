"""The pages of the reference that are made of the program itself: ``python docs/generate.py`` writes them anew.

With ``--check`` it writes nothing, and fails where one is not current.

Keywords come from the installed plugins' schemas, commands and flags from click, CEL from its tables of functions.
What a schema cannot say of a keyword, an example and how it treats what is missing, stands in ``keywords.yaml`` of the
program, which prints the same (``zen-gc explain``).
Nothing is decided here: a test compares the pages with what this makes.
"""  # noqa: INP001  a script beside the pages that it makes

from __future__ import annotations

import inspect
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from docs.chart import FILES
from docs.dashboard import dashboard_file
from docs.plugin_parts import plugins_page
from docs.references import references_page
from zen_gc_core import cli
from zen_gc_core.cli.guiding.keyword_reference import entry_of
from zen_gc_core.expressions.cel import reference as cel
from zen_gc_core.model.finishing import ROWS, TIMES
from zen_gc_core.plugins import installed_entry_points, load_plugins

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from zen_gc_core.cli.guiding.keyword_reference import Entry, Field
    from zen_gc_core.model.finishing import Finishes
    from zen_gc_core.offering import Offered

HERE: Final = Path(__file__).parent

_KINDS: Final = {
    "matchers": ("Conditions", "`spec.conditions` takes any of these; all that are written must hold."),
    "ttls": ("TTLs", "`spec.ttl` takes exactly one of these."),
    "actions": ("Actions", "`spec.action` takes exactly one of these; without it, what is due is deleted."),
}

_KEYWORDS: Final = """\
# Keywords

This page is generated from the keywords that zen-gc brings along. Plugins add others; `zen-gc plugins` lists what is
installed. The fields around them are in the [reference of policies](policy.md).

A *duration* is an integer (seconds), or text of `w d h m s` in falling order, such as `1d12h` or `90m`: more than 0, at
most 100 years. A *path* is `spec.a.b`, `metadata.labels['app.kubernetes.io/name']`, `a\\.b` for a dot in a key, `[0]` for
an index. A *time* is RFC 3339 (`2026-01-01T12:00:00Z`), a *date* (`2026-01-01`) is midnight UTC.
"""

_COMMANDS: Final = """\
# Commands

This page is generated from the program. `--help` of each command says the same.

Switches also take `--flag=true` and `--flag=false`. An option that names an environment variable can be given by it; the
flag wins. Options that take `NAME[,NAME…]` may be repeated. Durations in flags take Go's spelling: `400ms`, `1.5s`, `1m30s`.

| exit code | meaning |
|---|---|
| 0 | done; of the controller, ended by SIGTERM or SIGINT |
| 1 | something failed: no cluster, no rights, a required plugin is missing, a quarantined plugin (`plugins`), a run that failed (`controller --once`), what was to be done and is not (`run`) |
| 2 | wrong usage, unreadable input, or an invalid policy |
| 130 | interrupted, or the answer was no |

Errors are one line each on standard error. `ZEN_GC_TRACEBACK=1` shows where a bug is.
"""


def keywords_page() -> str:
    """The reference of the installed keywords."""
    vocabulary = load_plugins(installed_entry_points()).vocabulary
    parts = [_KEYWORDS]
    for kind, (title, sentence) in _KINDS.items():
        parts.append(f"## {title}\n\n{sentence}\n")
        words: Mapping[str, Offered] = getattr(vocabulary, kind)
        parts += [_keyword(entry_of(kind, name, words[name]), kind) for name in words if "/" not in name]
    return "\n".join(parts)


def _keyword(entry: Entry, kind: str) -> str:
    suffix = " (TTL)" if kind == "ttls" and entry.name == "cel" else ""
    lines = [f"### {entry.name}{suffix}", "", _cell(entry.meaning), "", f"Takes: {_cell(entry.takes)}.", ""]
    if entry.example:
        lines += ["```yaml", entry.example, "```", ""]
    if entry.fields:
        lines += ["| field | type | default | meaning |", "|---|---|---|---|", *map(_row, entry.fields), ""]
    if entry.notes:
        lines += [entry.notes, ""]
    return "\n".join(lines)


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("``", "`").replace("|", "\\|")


def _row(field: Field) -> str:
    shown = "required" if field.required else "" if field.default is None else f"`{field.default}`"
    return f"| `{field.path}` | {field.type} | {shown} | {_cell(field.meaning)} |"


def commands_page() -> str:
    """The reference of the commands and their options."""
    group = cli.program
    context = click.Context(group, info_name="zen-gc")
    found = [(name, group.get_command(context, name)) for name in group.list_commands(context)]
    return "\n".join([_COMMANDS, *(_command(context, name, command) for name, command in found if command)])


def _command(parent: click.Context, name: str, command: click.Command) -> str:
    context = click.Context(command, parent=parent, info_name=name)
    paragraphs = [" ".join(text.split()) for text in inspect.cleandoc(command.help or "").split("\n\n")]
    usage = " ".join([f"zen-gc {name}", *command.collect_usage_pieces(context)])
    lines = [f"## {name}", "", "\n\n".join(paragraphs), "", "```text", usage, "```", ""]
    options = [parameter for parameter in command.params if isinstance(parameter, click.Option)]
    if options:
        lines += ["| option | default | environment | meaning |", "|---|---|---|---|"]
        lines += [_option(context, option) for option in options] + [""]
    if command.epilog:
        examples = inspect.cleandoc(command.epilog.replace("\b\nExamples:\n", ""))
        lines += ["```sh", *(line.strip() for line in examples.splitlines()), "```", ""]
    return "\n".join(lines)


def _option(context: click.Context, option: click.Option) -> str:
    spelt = ", ".join(sorted(option.opts, key=len))
    if not option.is_flag:
        spelt += f" {_cell(option.make_metavar(context)).removesuffix(' RANGE')}"
    variable = f"`{option.envvar}`" if isinstance(option.envvar, str) else ""
    extra = option.get_help_extra(context)
    default = extra.get("default", "").strip("()")
    bounds = f" ({_cell(extra['range'])})" if "range" in extra else ""
    required = " Required." if option.required else ""
    shown = f"`{default}`" if default and " " not in default else default
    return f"| `{spelt}` | {shown} | {variable} | {_cell(option.help or '')}{bounds}{required} |"


_FINISHING: Final = """\
# When an object has finished

This page is generated from the table of the program. `afterFinished` and `since: finished` wait from the finish; the breaker
counts what has not finished; an object that a controller owns, or that Argo CD, Flux or Helm tracks, may go once it has finished and
is *released*: what looks after it has no more use for it and will not make it again. All ask the same table.

**Evidence that it runs overrules every finish**: a condition `Running`, `Restarting`, `Active` or `Progressing` that is
`"True"`; a `phase` or `state` of the status that speaks of running (Running, Pending, Suspended, Restarting, Queued, …).

**A time that cannot be right is no finish**: null, empty, unreadable, Go's zero time, before 2014, before the object was made,
ahead of now by more than clocks may disagree. Such an object counts as unfinished, and `plan` says what is wrong; in doubt as it is, it is not among
the unfinished ones of which the breaker lets a run take a share. (A finish up
to 30 s before the creation counts as the creation: a node's clock is not the API server's.)

## Known kinds

Where several times are named, the first that is there counts; of a Pod, the latest of all. The *newest write of its status*
is what `metadata.managedFields` says.

"""
_FINISHING_OTHERS: Final = """
## Other kinds

A kind without a row has finished when it has a condition `Succeeded` that is `"True"` or `"False"` (`"Unknown"` runs), or a time
in one of these fields of its status; the latest of them counts, else the condition's transition. By the condition, `finishedAt`
or `completionTime` it is released, too.

"""
_FINISHING_PLUGINS: Final = """
Such a policy gets a warning, because it cannot be told beforehand whether its objects finish.

## Rows of your own

A plugin adds rows by the hook `zen_gc_finishes`; see [your first plugin](../tutorial/first-plugin.md). A kind has one row, and
the ones above stand.
"""


def finishing_page() -> str:
    """The reference of the kinds that finish, those of the installed plugins aside."""
    rows = ["| kind | finished when | at | released |", "|---|---|---|---|", *map(_finishing_row, ROWS)]
    fields = ", ".join(f"`status.{name}`" for name in TIMES)
    return (
        "\n".join([_FINISHING.rstrip("\n"), "", *rows]) + "\n" + _FINISHING_OTHERS + f"{fields}.\n" + _FINISHING_PLUGINS
    )


def _finishing_row(row: Finishes) -> str:
    name = f"{row.kind} ({row.group})" if row.group else row.kind
    says = [f"`{row.state}` is {' or '.join(row.states)}"] if row.state else []
    says += [str(condition) for condition in row.conditions]
    if row.time_says:
        says.append("without it, the time is there")
    runs = f"; not while {' or '.join(f'`{path}`' for path in row.running)} says that it runs" if row.running else ""
    when = [f"`{path}`" for path in row.at]
    when += ["that condition's lastTransitionTime"] if row.conditions else []
    when += [str(row.entry)] if row.entry else []
    when += ["the newest write of its status"] if row.status_write else []
    joined = f"the latest of {', '.join(when[:-1])}; else {when[-1]}" if row.latest else ", else ".join(when)
    return f"| {name} | {' or '.join(says)}{runs} | {joined} | {'yes' if row.released else ''} |"


PAGES: Final[Mapping[str, Callable[[], str]]] = {
    "reference/keywords.md": keywords_page,
    "reference/finishing.md": finishing_page,
    "reference/references.md": references_page,
    "reference/cli.md": commands_page,
    "reference/cel.md": cel.reference,
    "reference/plugins.md": plugins_page,
    "../deploy/monitoring/dashboard.json": dashboard_file,
    **{f"../deploy/helm/zen-gc/{name}": make for name, make in FILES.items()},
}
"""The generated pages and files, from ``docs/``, and what makes each."""


def write() -> None:
    """Write every generated page anew."""
    for name, make in PAGES.items():
        (HERE / name).write_text(make(), encoding="utf-8")


def outdated() -> list[str]:
    """The generated pages that are not what they should be."""
    return [name for name, make in PAGES.items() if (HERE / name).read_text(encoding="utf-8") != make()]


if __name__ == "__main__":
    if sys.argv[1:] == ["--check"]:
        sys.exit("\n".join(f"{name} is not current: `make docs` writes it anew" for name in outdated()) or 0)
    write()
