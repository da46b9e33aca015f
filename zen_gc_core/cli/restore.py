"""``zen-gc restore``: bring an object back to what it was before a policy scaled it down."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

import click

from zen_gc_core.cli.options import settings_of, settings_options
from zen_gc_core.cluster.authority import Authority
from zen_gc_core.cluster.connection import Connection
from zen_gc_core.cluster.errors import Conflict, NotFound
from zen_gc_core.cluster.observing import observe
from zen_gc_core.cluster.resource import Resource
from zen_gc_core.cluster.throttling import Throttle
from zen_gc_core.cluster.writing import Writer
from zen_gc_core.controller.settings import Connecting
from zen_gc_core.engine.keep_mark import KEEP
from zen_gc_core.errors import ClusterError, InputError, Undecided
from zen_gc_core.instants import format_instant
from zen_gc_core.model.results import Result
from zen_gc_core.model.scaling import SCALABLE, ScaleBack, replicas_of, scaled_from
from zen_gc_core.texts import counted, did_you_mean, placed

if TYPE_CHECKING:
    from zen_gc_core.cluster.observing import Observed
    from zen_gc_core.cluster.writing import Attempt

KEPT_FOR: Final = timedelta(hours=24)


@click.command(
    epilog="\b\nExamples:\n"
    "  zen-gc restore deployment/shop -n team-a\n"
    "  zen-gc restore StatefulSet/queue -n team-a --no-keep"
)
@click.argument("what", metavar="KIND/NAME")
@click.option("-n", "--namespace", help="Namespace of the object; default the context's.")
@click.option(
    "--keep/--no-keep",
    default=True,
    help="Keep it for 24 hours from every policy, so that none scales it down again at once.",
)
@settings_options(Connecting)
def command(what: str, *, namespace: str | None, keep: bool, **values: Any) -> None:
    """Give an object that a policy scaled down the count of replicas back that it had.

    Written in one patch, to exactly the object that was read; what the scaling left on it is removed.
    """
    resource, name = _named(what)
    connecting = settings_of(Connecting, values)
    connection = Connection.open(kubeconfig=connecting.kubeconfig or None, context=connecting.context or None)
    where = namespace or connection.namespace
    title = f"{resource.kind} {placed(where, name)}"
    seen = observe(connection, resource, where, name)
    if seen is None:
        raise NotFound(f"{title} is not there")
    until = datetime.now(UTC).replace(microsecond=0) + KEPT_FOR
    request = ScaleBack(_earlier(seen, title), {KEEP: format_instant(until)} if keep else {})
    writer = Writer(connection, Authority.forever().check, Throttle(), _Unlogged())
    written = writer.write(seen, request, attempt_id=str(uuid.uuid4()))
    if written.result is Result.CONFLICT:
        raise Conflict(f"{title} was changed meanwhile, and is left as it is: try again")
    if written.result is not request.done:
        raise ClusterError(f"{title} is not restored: {written.message or written.result}")
    kept = f", and kept until {format_instant(until)} ({KEEP})" if keep else ""
    click.echo(f"{title}: scaled back to {counted(request.replicas, 'replica')}{kept}")


def _named(what: str) -> tuple[Resource, str]:
    """The resource and the name of ``KIND/NAME``; the kind as kubectl takes it."""
    word, slash, name = what.partition("/")
    if not slash or not name or "/" in name:
        raise InputError(f"'{what}' is no KIND/NAME, such as deployment/shop")
    words: dict[str, Resource] = {}
    for (group, kind), short in SCALABLE.items():
        resource = Resource(group, "v1", f"{kind.lower()}s", kind, namespaced=True)
        for spelling in (kind.lower(), resource.plural, short):
            words |= {spelling: resource, f"{spelling}.{group}".removesuffix("."): resource}
    found = words.get(word.lower())
    if found is None:
        kinds = ", ".join(kind for _, kind in SCALABLE)
        raise InputError(f"unknown kind '{word}'{did_you_mean(word.lower(), words)}: policies scale {kinds}")
    return found, name


def _earlier(seen: Observed, title: str) -> int:
    """The count to go back to; refused where going back would not bring anything back."""
    candidate = seen.candidate()
    if candidate.terminating:
        raise Conflict(f"{title} is being deleted")
    if candidate.malformed is not None:
        raise Conflict(f"{title} cannot be read: {candidate.malformed}")
    owner = next((each for each in candidate.owner_references if each.controller), None)
    if owner is not None:
        raise Conflict(f"{title}: {owner.kind} {owner.name} sets its count: restore that")
    try:
        earlier, now = scaled_from(candidate), replicas_of(candidate)
    except (InputError, Undecided) as error:
        raise Conflict(f"{title} cannot be restored: {error}") from None
    if now >= earlier:
        raise Conflict(f"{title} has {counted(now, 'replica')} by now, and had {earlier}: nothing is brought back")
    return earlier


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
