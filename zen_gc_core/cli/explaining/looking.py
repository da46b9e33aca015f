"""Looking: what ``why`` and ``forecast`` plan over, policies and objects of files, or what is installed on a cluster."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Protocol, TypeVar

import click

from zen_gc_core.cli.arguments.completing import complete_namespaces
from zen_gc_core.cli.arguments.named import Kind, offline_kind
from zen_gc_core.cli.arguments.options import files_option, instant_of, settings_of, settings_options
from zen_gc_core.cli.reading.documents import Document
from zen_gc_core.cli.reading.input import (
    as_stored,
    compile_documents,
    load_installed,
    printing_aside,
    read_manifests,
    require_plugins,
)
from zen_gc_core.cli.reading.strangers import no_policies
from zen_gc_core.controller.settings import Allowing, Connecting, Locating
from zen_gc_core.engine.asking import Asking
from zen_gc_core.engine.files import DEFAULT_NAMESPACE, Files
from zen_gc_core.engine.offline import plan_offline
from zen_gc_core.engine.shares import kind_key
from zen_gc_core.errors import InputError

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Mapping, Sequence

    from zen_gc_core.cli.reading.input import Manifests
    from zen_gc_core.cluster.connection import Connection
    from zen_gc_core.engine.asking import Planned
    from zen_gc_core.engine.case import Case
    from zen_gc_core.engine.compiling import Compilation
    from zen_gc_core.model.candidate import Candidate
    from zen_gc_core.plugins import Plugins

F = TypeVar("F", bound="Callable[..., Any]")

_NO_OBJECTS: Final = "no objects: add files, or --live"
_EVERYWHERE: Final = click.option(
    *("-A", "--all-namespaces/--no-all-namespaces", "all_namespaces"),
    default=False,
    help="All installed policies: those of every namespace, and those of the cluster.",
)


class Objects(Protocol):
    """The objects that are planned over: those of files, or of a cluster."""

    namespace: str
    """The namespace of what names none."""
    holds: str
    """Where they are, in words that take an object: ``the files hold``."""

    def kinds(self) -> list[Kind]:
        """The kinds that there are."""

    def find(self, api_version: str, kind: str, namespace: str, name: str) -> Candidate | None:
        """One object, whole; None where there is none of that kind and name."""

    def holding(self, kind: Kind, name: str) -> list[str]:
        """The namespaces that are known to hold an object of that kind and name; of a cluster, none is asked."""

    def plan(self, compilations: Sequence[Compilation], asking: Asking) -> list[Planned]:
        """Plan policies over all objects."""


@dataclass(frozen=True, slots=True)
class Looking:
    """What was asked for, read and compiled, and not planned yet.

    Args:
        now: The instant.
        own_namespace: The namespace that is protected as the controller's own.
        compilations: The policies.
        documents: Where each stands; None for one that is installed.
        objects: The objects.
        asking: How plans are asked for.
        live: Whether they are those of a cluster.
    """

    now: dt.datetime
    own_namespace: str
    compilations: Sequence[Compilation]
    documents: Sequence[Document | None]
    objects: Objects
    asking: Asking
    live: bool = False

    def about(self, kind: Kind) -> list[Compilation]:
        """The policies that may look at objects of a kind, and those that are invalid."""
        return [
            one
            for one in self.compilations
            if one.compiled is None
            or any(
                target.wildcard is not None or kind_key(target.group, target.kind) == kind.key
                for target in one.compiled.policy.targets
            )
        ]

    def document_of(self, compilation: Compilation) -> Document | None:
        """Where a policy stands; None for one that is installed."""
        places = zip(self.compilations, self.documents, strict=True)
        return next((document for one, document in places if one.reference is compilation.reference), None)

    def planned(
        self, compilations: Sequence[Compilation], watch: Callable[[Case], object] | None = None
    ) -> list[Planned]:
        """Plan policies over all objects.

        Args:
            compilations: Those of the policies that are to be planned.
            watch: As ``Asking.watch``.
        """
        asking = Asking(
            self.asking.now,
            self.asking.grants,
            skipped=watch is not None and not self.live,  # a cluster is not asked for what no selector takes
            veto=self.asking.veto,
            everything=self.asking.everything,
            groups=watch is not None,
            watch=watch,
        )
        with printing_aside():
            return self.objects.plan(compilations, asking)


def looking_options(namespace: str, *, everywhere: bool = False) -> Callable[[F], F]:
    """Give a command the options of which ``look`` makes sense.

    Args:
        namespace: What ``-n`` says.
        everywhere: Whether it takes ``-A``, which arrives as ``all_namespaces``.
    """

    def decorate(function: F) -> F:
        for option in (
            settings_options(Connecting),
            settings_options(Locating),
            settings_options(Allowing),
            click.option(
                "--assume-complete/--no-assume-complete",
                default=False,
                help="Without a cluster: the files hold all objects that there are, so that what no file holds does not "
                "exist.",
            ),
            click.option("--now", metavar="RFC3339", help="The instant to look at; default now."),
            click.option(
                "--live/--no-live",
                default=False,
                help="Take the objects from the cluster, and without files the policies, too.",
            ),
            files_option("Policies and objects: files, directories, - for standard input."),
            *([_EVERYWHERE] if everywhere else []),
            click.option("-n", "--namespace", help=namespace, shell_complete=complete_namespaces),
        ):
            function = option(function)
        return function

    return decorate


def look(values: Mapping[str, Any], *, everywhere: bool = True) -> Looking:
    """Read the files, or the cluster's policies, that a command names.

    Without any file the cluster is asked, for its policies and its objects; with policies alone, ``--live`` asks it for its
    objects.

    Args:
        values: The command's parameters, those of ``looking_options``.
        everywhere: Whether all installed policies are meant; else those of the namespace.

    Raises:
        InputError: They cannot be meant together.
    """
    allowing = settings_of(Allowing, values)
    own_namespace = settings_of(Locating, values).own_namespace
    connecting = settings_of(Connecting, values)
    plugins = load_installed(allowing)
    grants = allowing.grants(own_namespace)
    now = instant_of(values["now"])
    asking = Asking(now, grants, veto=plugins.veto, everything=values["assume_complete"])
    require_plugins(plugins, allowing)
    live = values["live"] or bool(connecting.context or connecting.kubeconfig) or not values["filenames"]
    manifests = read_manifests(values["filenames"])
    _check(manifests, values, live=live)
    if live:
        where = _Where(connecting, values["namespace"], everywhere=everywhere)
        return _live(manifests, plugins, asking, own_namespace, where)
    default = values["namespace"] or DEFAULT_NAMESPACE
    compilations = compile_documents(manifests.policies, plugins, grants, default)
    files = Files(as_stored(manifests.objects), compilations, default)
    return Looking(now, own_namespace, compilations, manifests.policies, _OfFiles(files, default), asking)


def _check(manifests: Manifests, values: Mapping[str, Any], *, live: bool) -> None:
    if values.get("all_namespaces") and values["filenames"]:
        raise InputError("-A is said of installed policies, and -f gives files: leave one of them out")
    if values.get("all_namespaces") and values["namespace"]:
        raise InputError(f"-A means all namespaces, and -n says '{values['namespace']}': leave one of them out")
    if live and manifests.objects:
        if not manifests.policies and (others := no_policies("no policies", manifests.objects)):
            raise InputError(others)
        raise InputError(
            f"--live takes the objects from the cluster: leave them out of the files "
            f"({manifests.objects[0].place()} holds one)"
        )
    if live and values["assume_complete"]:
        raise InputError("--assume-complete is said of files, and the objects come from the cluster: leave it out")
    if live:
        return
    if not manifests.policies and not manifests.told.lists:
        raise InputError(no_policies("no policies", manifests.objects) or "no policies: add files with -f, or --live")
    if not manifests.objects and not manifests.told.lists:
        raise InputError(_NO_OBJECTS)


class _OfFiles:
    holds = "the files hold"

    def __init__(self, files: Files, namespace: str) -> None:
        self.namespace = namespace
        self._files = files

    def kinds(self) -> list[Kind]:
        return [offline_kind(each.api_version, each.kind, namespaced=each.namespaced) for each in self._files.kinds()]

    def find(self, api_version: str, kind: str, namespace: str, name: str) -> Candidate | None:
        found = (each for each in self._files.of_kind(api_version, kind) if each.name == name)
        return next((each for each in found if each.namespace == namespace), None)

    def holding(self, kind: Kind, name: str) -> list[str]:
        found = (each for each in self._files.of_kind(kind.api_version, kind.kind) if each.name == name)
        return sorted({each.namespace for each in found})

    def plan(self, compilations: Sequence[Compilation], asking: Asking) -> list[Planned]:
        return plan_offline(compilations, self._files, asking)


@dataclass(frozen=True, slots=True)
class _Where:
    """Which cluster, and which of its policies."""

    connecting: Connecting
    namespace: str | None
    everywhere: bool


def _live(manifests: Manifests, plugins: Plugins, asking: Asking, own_namespace: str, where: _Where) -> Looking:
    """As ``look``, of a cluster; what talks to one is loaded here."""
    from zen_gc_core.cli.arguments.live_objects import LiveObjects  # noqa: PLC0415  looking at files does not wait for a client
    from zen_gc_core.cli.arguments.missing_namespaces import warn_of_missing  # noqa: PLC0415  as above
    from zen_gc_core.cluster.connection import Connection  # noqa: PLC0415  as above
    from zen_gc_core.cluster.policies import list_policies  # noqa: PLC0415  as above

    connection: Connection = Connection.open(
        kubeconfig=where.connecting.kubeconfig or None, context=where.connecting.context or None
    )
    warn_of_missing(connection, where.namespace)
    default = where.namespace or connection.namespace
    documents: Sequence[Document | None] = manifests.policies
    if manifests.policies:
        compilations = compile_documents(manifests.policies, plugins, asking.grants, default)
    else:
        installed = [_installed(each) for each in list_policies(connection, None if where.everywhere else default)]
        compilations = compile_documents(installed, plugins, asking.grants)
        documents = [None] * len(installed)
    objects = LiveObjects(connection, default)
    return Looking(asking.now, own_namespace, compilations, documents, objects, asking, live=True)


def _installed(policy: dict[str, Any]) -> Document:
    return Document(policy, "", policy["kind"], f"policy {policy.get('metadata', {}).get('name', '')}")
