"""What there is to say of files of policies, each with its place: what ``validate`` prints in every form."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from zen_gc_core.cli.reading.documents import FileError, Told
from zen_gc_core.cli.reading.files import STANDARD_INPUT, content_of, documents_in, name_of, sources_of
from zen_gc_core.cli.reading.input import compile_documents
from zen_gc_core.cli.reading.strangers import no_policies
from zen_gc_core.engine.checking import warnings_of
from zen_gc_core.engine.scaling import count_paths_in, uncountable
from zen_gc_core.engine.schemas import misnamed, schemas_in, unsure
from zen_gc_core.errors import InputError

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from zen_gc_core.cli.reading.documents import Document
    from zen_gc_core.engine.compiling import Compilation
    from zen_gc_core.engine.protections import Grants
    from zen_gc_core.model.policy import Problem
    from zen_gc_core.plugins import Plugins

_OURS: Final = re.compile(rb"kube-zen|garbage\s*collect", re.IGNORECASE)
"""What a file says that holds a policy, whatever else is wrong with it."""
_LINE: Final = re.compile(r"(?::(\d+))?: ?")
_NO_POLICIES: Final = "no policies in these files"


class Level(StrEnum):
    """How much a finding matters."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that is wrong, or worth looking at.

    Args:
        level: How much it matters.
        message: What, in a line or several.
        file: In which file; empty when it is none that has a name.
        line: On which line of it, from 1; None when that is not known.
        path: At which place of a policy; empty when it is about the whole.
    """

    level: Level
    message: str
    file: str = ""
    line: int | None = None
    path: str = ""


@dataclass(frozen=True, slots=True)
class Checked:
    """A policy, and what there is to say of it.

    Args:
        document: The policy as it was written.
        compilation: What came of compiling it.
        findings: Its errors, then its warnings.
    """

    document: Document
    compilation: Compilation
    findings: tuple[Finding, ...]

    @property
    def valid(self) -> bool:
        """Whether it may be installed."""
        return self.compilation.compiled is not None


@dataclass(slots=True)
class Report:
    """All that was looked at.

    Args:
        checked: The policies, in the order of the files.
        unreadable: Files that hold a policy, by their words, and cannot be read.
        notes: What was passed over, and why.
    """

    checked: list[Checked] = field(default_factory=list)
    unreadable: list[Finding] = field(default_factory=list)
    notes: list[Finding] = field(default_factory=list)

    @property
    def valid(self) -> bool:
        """Whether nothing is wrong with any policy."""
        return not self.unreadable and all(one.valid for one in self.checked)

    @property
    def findings(self) -> Iterator[Finding]:
        """All of it: the files that cannot be read, what is said of the policies, the notes."""
        yield from self.unreadable
        for one in self.checked:
            yield from one.findings
        yield from self.notes


def check_files(names: Iterable[str], plugins: Plugins, grants: Grants, now: dt.datetime) -> Report:
    """Check every policy of files; a file that cannot be read hides no other.

    Args:
        names: Files, directories, ``-`` for standard input.
        plugins: The installed plugins.
        grants: What is allowed beyond the protections.
        now: The present, in UTC.

    Raises:
        FileError: A name means no file.
        InputError: No file holds a policy.
    """
    told, report = Told(), Report()
    objects: list[Document] = []
    for source in sources_of(names, told):
        _note(report, told, "")
        content = content_of(source)
        policies: list[Document] = []
        try:
            for document in documents_in(name_of(source), content, told):
                (policies if document.is_policy else objects).append(document)
        except FileError as error:
            _unreadable(report, source, content, error)
        _note(report, told, name_of(source))
        compilations = compile_documents(policies, plugins, grants)
        report.checked.extend(
            _checked(document, compilation, now) for document, compilation in zip(policies, compilations, strict=True)
        )
    report.checked = [_defined(one, objects, now) for one in report.checked]
    if not report.checked and not report.unreadable:
        if told.lists and not objects:
            report.notes.append(Finding(Level.NOTE, "the list is empty: there is no policy to check"))
        else:
            raise InputError(no_policies(_NO_POLICIES, objects) or _nothing(report))
    return report


def _nothing(report: Report) -> str:
    passed = [f"{note.file}: {note.message}" if note.file else note.message for note in report.notes]
    return "\n".join([*(f"note: {note}" for note in passed), _NO_POLICIES])


def _note(report: Report, told: Told, source: str) -> None:
    """Move what was told of a file, or before it, to the notes."""
    for note in told.notes:
        report.notes.append(_placed(Level.NOTE, source or note.partition(": ")[0], note))
    told.notes.clear()


def _unreadable(report: Report, source: Path | None, content: bytes, error: FileError) -> None:
    """A file that cannot be read to its end: a mistake where it speaks of policies, else none of ours."""
    if _OURS.search(content):
        report.unreadable.append(_placed(Level.ERROR, name_of(source), str(error)))
    else:
        note = _placed(Level.NOTE, name_of(source), str(error))
        report.notes.append(replace(note, message=f"passed over: it holds no policy ({note.message})"))


def _placed(level: Level, source: str, text: str) -> Finding:
    """A line that begins with its place: ``file.yaml:12: what``."""
    rest = text.removeprefix(source)
    start = _LINE.match(rest)
    line = int(start[1]) if start and start[1] else None
    return Finding(level, rest[start.end() if start else 0 :], "" if source == STANDARD_INPUT else source, line)


def _checked(document: Document, compilation: Compilation, now: dt.datetime) -> Checked:
    errors = [_finding(Level.ERROR, document, problem) for problem in compilation.errors]
    warnings = [_finding(Level.WARNING, document, problem) for problem in warnings_of(compilation, now)]
    return Checked(document, compilation, (*errors, *warnings))


def _defined(one: Checked, objects: Sequence[Document], now: dt.datetime) -> Checked:
    """Refuse a policy that scales what has no count, or names a field that is none, as definitions among the files say."""
    compiled = one.compilation.compiled
    if compiled is None:
        return one

    def definitions() -> Iterator[object]:
        return (each.content for each in objects)

    ask = schemas_in(definitions)
    problem = uncountable(compiled, count_paths_in(definitions))
    problems = (*([] if problem is None else [problem]), *misnamed(compiled, ask))
    if problems:
        return _checked(one.document, replace(one.compilation, compiled=None, errors=problems), now)
    notes = [_finding(Level.NOTE, one.document, each) for each in unsure(compiled, ask)]
    return replace(one, findings=(*one.findings, *notes))


def _finding(level: Level, document: Document, problem: Problem) -> Finding:
    file = "" if document.source == STANDARD_INPUT else document.source
    return Finding(level, problem.message, file, document.line_of(problem.path), problem.path)
