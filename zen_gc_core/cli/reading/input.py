"""From files to policies and objects: what ``plan`` and ``validate`` share."""

from __future__ import annotations

import contextlib
import sys
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TextIO

import click
import msgspec

from zen_gc_core.cli.reading.documents import Document, Told
from zen_gc_core.cli.reading.files import read_documents
from zen_gc_core.cli.terminal.waiting import waiting
from zen_gc_core.engine.checking import compile_document
from zen_gc_core.errors import InputError, ZenGCError
from zen_gc_core.model.policy import NAMESPACED
from zen_gc_core.plugins import Plugins, installed_entry_points, load_plugins, refuse_unknown
from zen_gc_core.texts import visible

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from zen_gc_core.controller.settings import Allowing
    from zen_gc_core.engine.compiling import Compilation
    from zen_gc_core.engine.protections import Grants
    from zen_gc_core.engine.stored import Stored
    from zen_gc_core.model.json_candidates import JsonCandidate
    from zen_gc_core.model.policy import Problem


@dataclass(slots=True)
class Manifests:
    """What files hold.

    Args:
        policies: The policies.
        objects: Everything else.
        told: What is worth telling of the files beside.
    """

    policies: list[Document] = field(default_factory=list)
    objects: list[Document] = field(default_factory=list)
    told: Told = field(default_factory=Told)


def read_manifests(names: Iterable[str]) -> Manifests:
    """Read files, and tell policies from objects; what is passed over is a note on standard error.

    Raises:
        FileError: Something cannot be read.
    """
    manifests = sort_manifests(names)
    for note in manifests.told.notes:
        click.echo(f"note: {visible(note)}", err=True)
    return manifests


def sort_manifests(names: Iterable[str]) -> Manifests:
    """Read files, and tell policies from objects, without a word.

    Raises:
        FileError: Something cannot be read.
    """
    manifests = Manifests()
    with waiting(lambda: f"reading files: {len(manifests.objects):,} objects"):
        for document in read_documents(names, manifests.told):
            if document.is_policy:
                manifests.policies.append(document)
            else:
                manifests.objects.append(document.stored())
    return manifests


def as_candidate(document: Document) -> JsonCandidate:
    """An object of a file as a candidate, which lasts.

    Raises:
        FileError: It has no name; there is nothing to say of such an object.
    """
    return document.candidate()


def as_stored(documents: Iterable[Document]) -> Iterator[JsonCandidate | Stored]:
    """Objects of files as they are planned over: of many in one list, each is made when it is looked at, and forgotten.

    Raises:
        FileError: One has no name.
    """
    return (document if isinstance(document.content, msgspec.Raw) else document.candidate() for document in documents)


class PluginMissingError(ZenGCError):
    """A plugin without which nothing may be done (``--require-plugin``) is not loaded."""


def require_plugins(plugins: Plugins, allowing: Allowing) -> None:
    """Refuse to go on without the plugins that are required.

    Raises:
        PluginMissingError: One of them is not loaded.
    """
    if missing := plugins.missing(allowing.require_plugin):
        raise PluginMissingError(f"required plugin {'; '.join(missing)}")


def load_installed(allowing: Allowing) -> Plugins:
    """Load the installed plugins; a quarantined one is a warning on standard error.

    Raises:
        InputError: A plugin that is to be switched off (``--disable-plugin``) is not there.
    """
    points = installed_entry_points()
    refuse_unknown(points, allowing.disable_plugin)
    plugins = load_plugins(points, disabled=allowing.disable_plugin)
    for plugin in plugins.quarantined:
        click.echo(
            f"warning: plugin '{plugin.name}' of {plugin.distribution} {plugin.version} is quarantined: {plugin.failure}",
            err=True,
        )
    return plugins


def printing_aside() -> contextlib.redirect_stdout[TextIO]:
    """While plugins are asked: what they print is no part of what a command prints, and goes to standard error."""
    return contextlib.redirect_stdout(sys.stderr)


def compile_documents(
    documents: Sequence[Document], plugins: Plugins, grants: Grants, default_namespace: str = "default"
) -> list[Compilation]:
    """Compile the policies of files, each with all of its problems.

    Args:
        documents: The policies.
        plugins: The installed plugins.
        grants: What is allowed beyond the protections.
        default_namespace: Where namespaced policies are that name no namespace.
    """
    with printing_aside():
        return [
            compile_document(document.content, plugins.vocabulary, grants, default_namespace) for document in documents
        ]


def namespace_written(document: Document) -> str | None:
    """The namespace that a namespaced policy of a file names; empty where it names none, None for a cluster policy."""
    if document.kind != NAMESPACED:
        return None
    metadata = document.content.get("metadata")
    written = metadata.get("namespace") if isinstance(metadata, dict) else None
    return written if isinstance(written, str) else ""


def check_namespaces(documents: Iterable[Document], namespace: str | None) -> None:
    """Refuse policies of files that name another namespace than ``-n``.

    Raises:
        InputError: One does.
    """
    for document in documents:
        written = namespace_written(document)
        if written and namespace and written != namespace:
            raise InputError(
                f"{document.place('metadata.namespace')}: metadata.namespace is '{written}', and -n says "
                f"'{namespace}': leave one of them out"
            )


def report_problems(document: Document | None, problems: Iterable[Problem], level: str = "") -> None:
    """Print problems to standard error, each as ``file.yaml:12: spec.ttl: …``."""
    for problem in problems:
        place = f"{document.place(problem.path)}: " if document else ""
        click.echo(f"{place}{level}{problem}", err=True)
