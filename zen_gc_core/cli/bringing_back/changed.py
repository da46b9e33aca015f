"""Bringing an object back to what it was before a policy scaled it down or suspended it: ``zen-gc restore KIND/NAME``."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import click

from zen_gc_core.cli.plans.output import columns
from zen_gc_core.cli.terminal.asking import confirm
from zen_gc_core.cluster.authority import Authority
from zen_gc_core.cluster.definitions import count_paths
from zen_gc_core.cluster.discovery import Resources
from zen_gc_core.cluster.errors import Conflict, NotFound, TargetUnavailable
from zen_gc_core.cluster.observing import observe
from zen_gc_core.cluster.resource import Resource
from zen_gc_core.cluster.throttling import Throttle
from zen_gc_core.cluster.writing import Writer
from zen_gc_core.engine.keep_mark import KEEP
from zen_gc_core.engine.kinds import built_in, own_group
from zen_gc_core.engine.managing import manager_of
from zen_gc_core.errors import ClusterError, InputError, Undecided
from zen_gc_core.instants import format_instant
from zen_gc_core.model.names import group_of
from zen_gc_core.model.replicas import SCALABLE
from zen_gc_core.model.requests import MARKED_BY
from zen_gc_core.model.results import Result
from zen_gc_core.model.scaling import SCALED_FROM, ScaleBack, replicas_of, scaled_from
from zen_gc_core.model.suspending import SUSPENDABLE, SUSPENDED, Resume, field_of, suspended
from zen_gc_core.texts import counted, did_you_mean, listed, placed, visible

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from datetime import datetime

    from zen_gc_core.cluster.connection import Connection
    from zen_gc_core.cluster.observing import Observed
    from zen_gc_core.cluster.writing import Attempt
    from zen_gc_core.model.candidate import Candidate
    from zen_gc_core.model.replicas import CountPath
    from zen_gc_core.model.requests import Request
    from zen_gc_core.model.results import Written

_SHORT: Final = {
    "Deployment": "deploy",
    "StatefulSet": "sts",
    "ReplicaSet": "rs",
    "ReplicationController": "rc",
    "CronJob": "cj",
}
_KINDS: Final = tuple(dict.fromkeys((*SCALABLE, *SUSPENDABLE)))


@dataclass(frozen=True, slots=True)
class _Way:
    """How an object goes back.

    Args:
        request: What is asked for.
        field: What changes.
        now: What it is.
        then: What it will be.
        done: What to say when it is done.
    """

    request: Request
    field: str
    now: str
    then: str
    done: str


def bring_back(connection: Connection, what: str, namespace: str, *, until: datetime | None, yes: bool) -> None:
    """Bring one object back.

    Args:
        connection: The cluster.
        what: ``KIND/NAME``; the kind as kubectl takes it.
        namespace: Its namespace.
        until: Until when it is kept from every policy; None: it is not.
        yes: Whether nobody is asked.

    Raises:
        InputError: There is no such kind, or nobody to ask.
        NotFound: There is no such object.
        Conflict: It is not as a policy left it.
        ClusterError: It could not be written.
    """
    resource, name = _named(connection, what)
    kind, namespace = resource.kind, namespace if resource.namespaced else ""
    title = f"{kind} {placed(namespace, name)}"
    seen = observe(connection, resource, namespace, name)
    if seen is None:
        raise NotFound(f"{title} is not there")
    try:
        paths = count_paths(connection, lambda *_: resource)
        way = _way_back(seen.candidate(), paths, {KEEP: format_instant(until)} if until is not None else {})
    except _Stays as why:
        raise Conflict(f"{title}{why}") from None
    except (InputError, Undecided) as error:
        raise Conflict(f"{title} cannot be restored: {error}") from None
    kept = f", and kept until {format_instant(until)} ({KEEP})" if until is not None else ""
    if not yes:
        _ask(title, seen.candidate(), way, kept)
    written = _write(connection, seen, way.request)
    if written.result is Result.CONFLICT:
        raise Conflict(f"{title} was changed meanwhile, and is left as it is: try again")
    if written.result is not way.request.done:
        raise ClusterError(f"{title} is not restored: {written.message or written.result}")
    click.echo(f"{title}: {way.done}{kept}")


class _Stays(Exception):  # noqa: N818  it says what happens
    """Why an object is left as it is; goes on where its name ends."""


def _named(connection: Connection, what: str) -> tuple[Resource, str]:
    """The resource and the name of ``KIND/NAME``."""
    word, slash, name = what.partition("/")
    if not slash or not name or "/" in name:
        raise InputError(f"'{visible(what)}' is no KIND/NAME, such as deployment/shop")
    words: dict[str, tuple[str, str]] = {}
    for group, kind in _KINDS:
        for spelling in filter(None, (kind.lower(), _plural(kind), _SHORT.get(kind))):
            words |= {spelling: (group, kind), f"{spelling}.{group}".removesuffix("."): (group, kind)}
    found = words.get(word.lower())
    return (_resource(connection, *found) if found else _custom(connection, word, words)), name


def _custom(connection: Connection, word: str, known: Collection[str]) -> Resource:
    """The resource of a custom kind, by its name, its plural or a short name, each of which the group may follow.

    What one kind is called in full, no other is called in short.
    """
    served, _ = Resources(connection).survey()
    custom = [each for each in served if not own_group(each.group) and not each.aggregated]
    named = _called(word, ((each, (each.kind.lower(), each.plural)) for each in custom))
    named = named or _called(word, ((each, each.short_names) for each in custom))
    if len(named) > 1:
        raise InputError(f"'{visible(word)}' may be {listed(sorted(map(str, named.values())), 'or')}: write which")
    if not named:
        kinds = ", ".join(kind for _, kind in _KINDS)
        raise InputError(
            f"unknown kind '{visible(word)}'{did_you_mean(word.lower(), known)}: policies scale or suspend {kinds}, and "
            "custom kinds with a scale subresource; what was deleted is named by its NAME alone"
        )
    return next(iter(named.values()))


def _called(word: str, those: Iterable[tuple[Resource, Iterable[str]]]) -> dict[tuple[str, str], Resource]:
    """By group and kind, the resources that a word means, among some with their names."""
    named: dict[tuple[str, str], Resource] = {}
    for each, names in those:  # the version that the group prefers comes first
        if any(word.lower() in {name, f"{name}.{each.group}"} for name in names):
            named.setdefault((each.group, each.kind), each)
    return named


def _plural(kind: str) -> str:
    small = kind.lower()
    return f"{small[:-1]}ies" if small.endswith("ry") else f"{small}s"


def _resource(connection: Connection, group: str, kind: str) -> Resource:
    """The resource that serves a kind; of Kubernetes' own kinds nobody is asked."""
    known = built_in(f"{group}/v1" if group else "v1", kind)
    if known is not None:
        return Resource(group, "v1", _plural(kind), kind, namespaced=True)
    served, _ = Resources(connection).survey()
    for resource in served:  # the version that the group prefers comes first
        if (resource.group, resource.kind) == (group, kind):
            return resource
    raise TargetUnavailable(f"the cluster serves no kind {kind} of {group}: is its CRD installed?")


def _way_back(candidate: Candidate, paths: CountPath, annotations: dict[str, str]) -> _Way:
    """How an object goes back; refused where going back would not bring anything back."""
    if candidate.terminating:
        raise _Stays(" is being deleted")
    if candidate.malformed is not None:
        raise _Stays(f" cannot be read: {candidate.malformed}")
    suspendable = (group_of(candidate.api_version), candidate.kind) in SUSPENDABLE
    if suspendable and SCALED_FROM not in candidate.annotations:
        return _resumed(candidate, annotations)
    return _scaled_back(candidate, paths, annotations)


def _scaled_back(candidate: Candidate, paths: CountPath, annotations: dict[str, str]) -> _Way:
    owner = next((each for each in candidate.owner_references if each.controller), None)
    if owner is not None:
        raise _Stays(f": {owner.kind} {owner.name} sets its count: restore that")
    earlier = scaled_from(candidate)
    path = paths(candidate.api_version, candidate.kind)
    now = replicas_of(candidate, path)
    if now >= earlier:
        raise _Stays(f" has {counted(now, 'replica')} by now, and had {earlier}: nothing is brought back")
    done = f"scaled back to {counted(earlier, 'replica')}"
    return _Way(ScaleBack(earlier, path, annotations), path.text, str(now), str(earlier), done)


def _resumed(candidate: Candidate, annotations: dict[str, str]) -> _Way:
    if SUSPENDED not in candidate.annotations:
        raise _Stays(f" carries no annotation {SUSPENDED}: no policy suspended it, or it goes on already")
    if not suspended(candidate):
        raise _Stays(" goes on already: nothing is brought back")
    return _Way(Resume(annotations), field_of(candidate), "true", "false", "goes on")


def _ask(title: str, candidate: Candidate, way: _Way, kept: str) -> None:
    """Show what would be written, and ask."""
    by = candidate.annotations.get(MARKED_BY, "")
    rows = [("OBJECT", "FIELD", "NOW", "THEN", "BY"), (title, way.field, way.now, way.then, visible(by) or "unknown")]
    click.echo(columns(rows))
    if (manager := manager_of(candidate)) is not None:
        click.echo(f"  {visible(manager)} tracks it, and may change it again")
    confirm(f"Write it{kept}?")


def _write(connection: Connection, seen: Observed, request: Request) -> Written:
    writer = Writer(connection, Authority.forever().check, Throttle(), _Unlogged())
    return writer.write(seen, request, attempt_id=str(uuid.uuid4()))


class _Unlogged:
    """A write that somebody asked for by hand: it is told on the terminal, and stands in the server's audit log."""

    def intent(self, attempt: Attempt) -> None:
        """Nothing is logged."""

    def look_again(self) -> None:
        """There is no policy to look at."""

    def leaving(self) -> None:
        """Nor here."""

    def left(self) -> None:
        """Nobody counts."""
