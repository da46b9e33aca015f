"""Golden folders: a policy, objects, and the plan that is expected of them, each in its file.

``expected.yaml`` is what ``plan -o yaml`` prints, or parts of it, and may say how to plan: ``now``, ``flags`` of
``plan``, and ``files`` where other ones than ``policy.yaml`` and ``objects.yaml`` are read.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from zen_gc_core.cli.arguments.options import BooleanCommand, settings_of, settings_options
from zen_gc_core.cli.golden.expectations import ExpectationError, check_expectation
from zen_gc_core.cli.reading.documents import FileError
from zen_gc_core.cli.reading.yamls import YamlDocument, YamlError, read_yaml
from zen_gc_core.controller.settings import DEFAULT_NAMESPACE, Allowing, Locating
from zen_gc_core.engine.parsing.spelling import child
from zen_gc_core.errors import InputError
from zen_gc_core.instants import parse_instant
from zen_gc_core.texts import did_you_mean, kind_of, visible

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator, Sequence

EXPECTED: Final = "expected.yaml"
POLICY: Final = "policy.yaml"
OBJECTS: Final = "objects.yaml"
_KEYS: Final = ("now", "flags", "files", "policies")


@dataclass(frozen=True, slots=True)
class Planning:
    """How a folder is planned.

    Args:
        allowing: What policies may do, and which plugins there are.
        own_namespace: The controller's namespace.
        namespace: Where what names no namespace is; None: in ``default``.
        everything: Whether the files hold all objects that there are.
        skipped: Whether what selectors leave out is listed.
    """

    allowing: Allowing
    own_namespace: str
    namespace: str | None
    everything: bool
    skipped: bool


@dataclass(frozen=True, slots=True)
class Folder:
    """A golden folder.

    Args:
        place: The directory.
        now: The instant of its plan; None where none is written.
        flags: Flags of ``plan``, as they are written.
        files: What is read, relative to the directory.
        policies: What is expected of the policies; None without an ``expected.yaml``.
        written: The document of ``expected.yaml``, with its lines.
        head: The comments that it begins with.
    """

    place: Path
    now: dt.datetime | None = None
    flags: tuple[str, ...] = ()
    files: tuple[str, ...] = (POLICY, OBJECTS)
    policies: list[Any] | None = None
    written: YamlDocument | None = None
    head: str = ""

    @property
    def settings(self) -> dict[str, Any]:
        """What is written of how to plan, but for the instant."""
        value = self.written.value if self.written else {}
        return {key: value[key] for key in ("flags", "files") if key in value}

    def where(self, path: str) -> str:
        """Where a part of the expectation stands, as ``expected.yaml:3``; the nearest above it that is written."""
        place = str(self.place / EXPECTED)
        if self.written is None:
            return place
        while path and path not in self.written.lines:
            path = path[: max(path.rfind("."), path.rfind("["), 0)]
        return f"{place}:{self.written.lines.get(path, self.written.line)}"


def golden_folders(names: Sequence[str]) -> Iterator[Path]:
    """The golden folders of directories: those that are named, and every one below them.

    Args:
        names: Directories.

    Yields:
        Each folder once: a named one that holds a policy, and below it whatever holds an expectation, or a policy and
        objects.

    Raises:
        FileError: There is no such directory, or no golden folder in it.
    """
    yielded = set()
    for name in names:
        if not Path(name).is_dir():
            what = (
                "is a file, and a golden folder is a directory" if Path(name).exists() else "there is no such directory"
            )
            raise FileError(f"{name}: {what}")
        found = [folder for folder in (Path(name), *sorted(Path(name).rglob("*/"))) if _golden(folder)]
        if not found and (Path(name) / POLICY).exists():
            found = [Path(name)]
        if not found:
            raise FileError(f"{name}: no golden folder in it: one holds {POLICY}, {OBJECTS} and {EXPECTED}")
        for folder in found:
            if folder not in yielded:
                yielded.add(folder)
                yield folder


def _golden(folder: Path) -> bool:
    there = {name for name in (POLICY, OBJECTS, EXPECTED) if (folder / name).is_file()}
    return EXPECTED in there or {POLICY, OBJECTS} <= there


def read_folder(place: Path) -> Folder:
    """Read what a folder expects, and how it is planned.

    Raises:
        FileError: ``expected.yaml`` cannot be read, says what is no setting, or expects nothing.
    """
    file = place / EXPECTED
    if not file.exists():
        return Folder(place)
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise FileError(f"{file}: {error.strerror if isinstance(error, OSError) else 'not UTF-8'}") from None
    try:
        documents = list(read_yaml(text))
    except YamlError as error:
        raise FileError(f"{file}:{error.line}: {error}") from None
    if len(documents) != 1 or not isinstance(documents[0].value, dict):
        raise FileError(
            f"{file}: it expects nothing: write what `zen-gc plan -o yaml` prints, or `zen-gc test --update`"
        )
    return _read(place, documents[0], _head(text))


def _head(text: str) -> str:
    lines = text.splitlines(keepends=True)
    count = next((index for index, line in enumerate(lines) if not line.startswith("#")), len(lines))
    return "".join(lines[:count])


def _read(place: Path, document: YamlDocument, head: str) -> Folder:
    value = document.value
    blank = Folder(place, written=document)
    if "apiVersion" in value and "kind" in value:
        raise FileError(f"{blank.where('')}: a manifest, and no plan: write what `zen-gc plan -o yaml` prints")
    for key in value:
        if key not in _KEYS:
            raise FileError(
                f"{blank.where(child('', key))}: there is no '{visible(key, 80)}'{did_you_mean(key, _KEYS)}"
            )
    try:
        check_expectation(value.get("policies"))
    except ExpectationError as error:
        raise FileError(f"{blank.where(error.path)}: {error.path}: {error}") from None
    now = value.get("now")
    if not isinstance(now, str):
        raise FileError(
            f"{blank.where('now')}: now is missing: without an instant, another plan follows every day; "
            "write `now: '2026-01-01T12:00:00Z'`"
        )
    try:
        instant = parse_instant(now)
    except InputError as error:
        raise FileError(f"{blank.where('now')}: now: {error}") from None
    flags = _texts(blank, "flags", value.get("flags", []))
    files = _texts(blank, "files", value.get("files", [POLICY, OBJECTS]))
    return Folder(place, instant, flags, files, value["policies"], document, head)


def _texts(folder: Folder, key: str, value: Any) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(each, str) and each for each in value):
        kind = "a list of something else" if isinstance(value, list) else kind_of(value)
        raise FileError(f"{folder.where(key)}: {key} is a list of texts, not {kind}")
    return tuple(value)


@click.command(cls=BooleanCommand, add_help_option=False)
@click.option("-n", "--namespace")
@click.option("--assume-complete/--no-assume-complete", default=False)
@click.option("--all/--no-all", "skipped", default=False)
@settings_options(Allowing)
@settings_options(Locating)
def _plan_flags(**_values: Any) -> None:
    """The flags of ``plan`` that a folder may set; their environment variables do not count."""


for _option in _plan_flags.params:
    _option.envvar = None


def planning_of(folder: Folder) -> Planning:
    """How a folder is planned, by its flags.

    Raises:
        FileError: A flag is none that a folder may set.
    """
    try:
        with _plan_flags.make_context("plan", list(folder.flags)) as context:
            values = context.params
    except click.UsageError as error:
        raise FileError(f"{folder.where('flags')}: flags: {error.format_message()}") from None
    return Planning(
        allowing=settings_of(Allowing, values),
        own_namespace=settings_of(Locating, values).controller_namespace or DEFAULT_NAMESPACE,
        namespace=values["namespace"],
        everything=values["assume_complete"],
        skipped=values["skipped"],
    )
