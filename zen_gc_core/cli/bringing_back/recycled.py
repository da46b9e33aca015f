"""Bringing back what was deleted, from its copy in the recycle bin: ``zen-gc restore NAME``."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

import click

from zen_gc_core.cli.bringing_back.recycled_shown import Item, document, kept_until, table, tell, title, warn
from zen_gc_core.cli.plans.output import as_json, columns
from zen_gc_core.cli.terminal.asking import confirm
from zen_gc_core.cluster.discovery import Resources
from zen_gc_core.cluster.errors import AccessDenied, CannotReach, Conflict, NotFound, ServerFailed, TargetUnavailable
from zen_gc_core.cluster.observing import observe
from zen_gc_core.cluster.recycle_bin import IN_NAMESPACES, OF_THE_CLUSTER, create, found
from zen_gc_core.cluster.resource import SECRETS
from zen_gc_core.engine.restoring import GIVES_RIGHTS, restored
from zen_gc_core.errors import ClusterError, InputError
from zen_gc_core.instants import format_instant
from zen_gc_core.model.names import group_of
from zen_gc_core.plugins import installed_entry_points, load_plugins
from zen_gc_core.texts import counted, placed, visible, with_article

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from zen_gc_core.cluster.connection import Connection
    from zen_gc_core.model.finishing import Finishing
    from zen_gc_core.model.recycled import Copy


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be brought back.

    Args:
        name: The name of an object, or of its copy; empty for all.
        namespace: Where; empty for cluster-scoped objects.
        policy: The policy that deleted it, by its name, with or without its namespace; empty for any.
        since: How long ago the copy was made at the most; None for any time.
        until: Until when it is kept from every policy; None: it is not.
        run_again: Whether what runs may be brought back, too.
        yes: Whether nobody is asked.
        as_json: Whether what happens is printed as JSON.
    """

    name: str
    namespace: str
    policy: str = ""
    since: timedelta | None = None
    until: datetime | None = None
    run_again: bool = False
    yes: bool = False
    as_json: bool = False

    def takes(self, copy: Copy, now: datetime) -> bool:
        """Whether a copy is among it, its name aside."""
        if self.policy and self.policy not in {copy.policy, copy.policy.rpartition("/")[2]}:
            return False
        return self.since is None or copy.at >= now - self.since

    @property
    def bin(self) -> str:
        """Whose bin, for messages."""
        return visible(self.namespace) or "the cluster"


def bring_back_deleted(connection: Connection, wanted: Wanted) -> None:
    """Create objects anew from their copies; what exists is never written over.

    Args:
        connection: The cluster.
        wanted: Which, and how.

    Raises:
        InputError: It is not clear which copy is meant, or there is nobody to ask.
        NotFound: There is no such copy.
        Conflict: The one that was named is not restored.
        ClusterError: Something could not be read, or created.
    """
    now = datetime.now(UTC).replace(microsecond=0)
    until = wanted.until
    copies = _copies(connection, wanted, now)
    if wanted.name:
        copies = [_the_one(copies, wanted)]
    items = _plan(connection, copies, wanted, until)
    ready = [item for item in items if item.verdict == "restore"]
    if wanted.name and not ready:
        (item,) = items
        raise Conflict(f"{title(item.copy)} is not restored: {item.because}")
    if ready and not wanted.yes:
        _ask(items, wanted, until)
    elif not wanted.as_json:
        click.echo(table(items))
        warn(items)
    for item in ready:
        _create(connection, item)
    if not ready:
        click.echo("nothing is restored", err=True)
    failed = [item for item in items if item.verdict == "failed"]
    if wanted.as_json:
        click.echo(as_json(document(items, until)))
    else:
        tell(ready, until)
    if failed:
        raise ClusterError(f"{counted(len(failed), 'object is', 'objects are')} not restored")


def _copies(connection: Connection, wanted: Wanted, now: datetime) -> list[Copy]:
    """The copies that are meant, the newest first; what is none is a note on standard error."""
    copies: list[Copy] = []
    resources = (IN_NAMESPACES, SECRETS) if wanted.namespace else (OF_THE_CLUSTER,)

    def named(stored: str, name: str) -> bool:
        return not wanted.name or wanted.name in {stored, name}

    for resource in resources:
        try:
            for stored, copy in found(connection, resource, wanted.namespace or None, named):
                if isinstance(copy, InputError):
                    click.echo(f"note: {resource} {visible(stored)} cannot be restored: {copy}", err=True)
                elif wanted.takes(copy, now):
                    copies.append(copy)
        except NotFound as error:
            raise TargetUnavailable(
                f"the CRD {resource} is not installed: apply it with `zen-gc crd | kubectl apply -f -`"
            ) from error
        except AccessDenied as error:
            if resource != SECRETS:
                raise
            click.echo(f"note: copies of Secrets are not looked at: {error}", err=True)
    if not copies:
        what = f"no copy of {visible(wanted.name)}" if wanted.name else "no such copy"
        raise NotFound(f"there is {what} in the recycle bin of {wanted.bin}")
    return sorted(copies, key=lambda copy: copy.at, reverse=True)


def _the_one(copies: Sequence[Copy], wanted: Wanted) -> Copy:
    """The one copy that a name means."""
    exact = [copy for copy in copies if copy.stored_name == wanted.name]
    if len(exact or copies) == 1:
        return (exact or copies)[0]
    rows = [("COPY", "KIND", "OBJECT", "RECYCLED", "BY"), *map(_listed, copies)]
    click.echo(columns(rows), err=True)
    raise InputError(f"there are {len(copies)} copies of {visible(wanted.name)}: name one of them by its own name")


def _listed(copy: Copy) -> tuple[str, ...]:
    return (
        copy.stored_name,
        visible(copy.kind),
        visible(placed(copy.namespace, copy.name)),
        format_instant(copy.at),
        visible(copy.policy),
    )


def _plan(connection: Connection, copies: Iterable[Copy], wanted: Wanted, until: datetime | None) -> list[Item]:
    finishing = load_plugins(installed_entry_points()).vocabulary.finishing
    resources = Resources(connection)
    items: list[Item] = []
    newest: set[tuple[str, str, str]] = set()
    for copy in copies:
        item = Item(copy)
        items.append(item)
        key = (group_of(copy.api_version), copy.kind, copy.name)
        if key in newest:
            item.stays("older", "a newer copy has its name")
            continue
        newest.add(key)
        try:
            _look(connection, resources, finishing, item, wanted, until)
        except ClusterError as error:
            item.stays("refused", str(error))
    return sorted(items, key=lambda item: (item.verdict != "restore", item.copy.kind in _LAST, item.copy.name))


_LAST: Final = ("Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "CronJob", "Job", "Pod")
"""What needs others, which are brought back before it."""


def _look(  # noqa: PLR0913, PLR0917  what decides about one copy
    connection: Connection,
    resources: Resources,
    finishing: Finishing,
    item: Item,
    wanted: Wanted,
    until: datetime | None,
) -> None:
    """Say what becomes of one copy."""
    copy = item.copy
    group = group_of(copy.api_version)
    if finishing.known(group, copy.kind) and not wanted.run_again:
        item.stays(
            "refused", f"{with_article(visible(copy.kind))} runs: it would run again from its beginning (--run-again)"
        )
        return
    if group in GIVES_RIGHTS and not wanted.name:
        item.stays("refused", "it may give rights: look at the copy, and name it")
        return
    resource = resources.resolve(copy.api_version, copy.kind)
    if resource.namespaced != bool(copy.namespace):
        item.stays("refused", "its kind lives elsewhere now")
        return
    if observe(connection, resource, copy.namespace, copy.name) is not None:
        item.stays("exists", "one of its name is there, and is left as it is")
        return
    copied = json.loads(copy.text)
    item.resource = resource
    item.restored = restored(copied, _gone(connection, resources, copied, copy), until)


def _gone(connection: Connection, resources: Resources, copied: dict[str, Any], copy: Copy) -> frozenset[str]:
    """The uids of the owners that are not there any more, or on their way out; of whom that is not known, likewise."""
    gone = set()
    owners = copied["metadata"].get("ownerReferences")
    for owner in owners if isinstance(owners, list) else ():
        uid = owner.get("uid") if isinstance(owner, dict) else None
        try:
            resource = resources.resolve(owner["apiVersion"], owner["kind"])
            seen = observe(connection, resource, copy.namespace if resource.namespaced else "", owner["name"])
            there = seen is not None and seen.uid == uid and not seen.terminating
        except (TargetUnavailable, AccessDenied, KeyError, TypeError, AttributeError, ValueError):
            there = False
        if not there:
            gone.add(uid)
    return frozenset(uid for uid in gone if isinstance(uid, str))


def _create(connection: Connection, item: Item) -> None:
    if item.resource is None or item.restored is None:
        return
    try:
        create(connection, item.resource, item.copy.namespace, item.restored.document)
    except (CannotReach, ServerFailed) as error:
        item.stays("failed", f"whether it was created is not known: {error}")
    except Conflict:
        item.stays("exists", "one of its name came meanwhile, and is left as it is")
    except ClusterError as error:
        item.stays("failed", str(error))
    else:
        item.stays("restored", "")


def _ask(items: Sequence[Item], wanted: Wanted, until: datetime | None) -> None:
    """Show what would be created, and ask."""
    click.echo(as_json(document(items, until)) if wanted.as_json else table(items))
    warn(items)
    ready = sum(item.verdict == "restore" for item in items)
    confirm(f"Create {counted(ready, 'object')}{kept_until(until)}?", err=wanted.as_json)
