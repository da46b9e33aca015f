"""What a shell completes beside commands and options: names that the cluster, its configuration or the plugins know.

Never slow and never an error: what is not known within a second, or at all, is not offered, and nothing is said of it.
"""

from __future__ import annotations

import contextlib
import threading
from typing import TYPE_CHECKING, Final

from click.shell_completion import CompletionItem

from zen_gc_core.engine.kinds import groups_and_versions, kinds_of
from zen_gc_core.plugins import installed_entry_points, load_plugins

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    import click

    from zen_gc_core.cluster.connection import Connection

SECONDS: Final = 1.0
"""How long is waited for a cluster."""

MOST: Final = 500
"""How many names are asked for."""


def within(ask: Callable[[], Iterable[str]]) -> list[str]:
    """What a question yields within ``SECONDS``; nothing where it fails, or takes longer.

    Args:
        ask: The question.
    """
    found: list[str] = []

    def run() -> None:
        with contextlib.suppress(BaseException):  # whatever it was: somebody is typing
            found.extend(ask())

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    thread.join(SECONDS)
    return [] if thread.is_alive() else found


def complete_policies(ctx: click.Context, _param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """The installed policies of the namespace, and those of the cluster."""

    def ask(connection: Connection) -> Iterable[str]:
        from zen_gc_core.cluster.policies import list_policies  # noqa: PLC0415  a shell does not wait for a client

        namespace = ctx.params.get("namespace")
        found = list_policies(connection, namespace)
        own = {"", namespace or connection.namespace}
        return {each["metadata"]["name"] for each in found if each["metadata"].get("namespace", "") in own}

    return _items(_of_the_cluster(ctx, ask), incomplete)


def complete_namespaces(ctx: click.Context, _param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """The namespaces of the cluster."""
    return _items(_of_the_cluster(ctx, lambda connection: _names(connection, "/api/v1/namespaces")), incomplete)


def complete_contexts(ctx: click.Context, _param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """The contexts of the kubeconfig."""

    def ask() -> Iterable[str]:
        from zen_gc_core.cluster.configuration import contexts  # noqa: PLC0415  a shell does not wait for a client

        return contexts(ctx.params.get("kubeconfig") or None)

    return _items(within(ask), incomplete)


def complete_plugins(_ctx: click.Context, _param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """The installed plugins; of a list of names, the last."""
    before, comma, last = incomplete.rpartition(",")
    names = within(lambda: [point.name for point in installed_entry_points()])
    return [CompletionItem(f"{before}{comma}{name}") for name in sorted(names) if name.startswith(last)]


def complete_words(_ctx: click.Context, _param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """The keywords of the installed plugins."""

    def ask() -> Iterable[str]:
        vocabulary = load_plugins(installed_entry_points()).vocabulary
        return {*vocabulary.matchers, *vocabulary.ttls, *vocabulary.actions}

    return _items(within(ask), incomplete)


def complete_kinds(_ctx: click.Context, _param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Kubernetes' own kinds, in whichever case they are begun."""
    kinds = {kind for version in groups_and_versions() for kind in kinds_of(version)}
    return _items(kinds if incomplete[:1].isupper() else map(str.lower, kinds), incomplete)


def complete_objects(ctx: click.Context, _param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """KIND/NAME: a kind, and behind it the objects of that kind in the namespace."""
    kind, slash, _ = incomplete.partition("/")
    if not slash:
        return [CompletionItem(f"{each.value}/") for each in complete_kinds(ctx, _param, incomplete)]

    def ask(connection: Connection) -> Iterable[str]:
        from zen_gc_core.cli.arguments.live_objects import LiveObjects  # noqa: PLC0415  a shell does not wait for a client
        from zen_gc_core.cli.arguments.named import kind_named  # noqa: PLC0415  as above
        from zen_gc_core.cluster.discovery import Resources  # noqa: PLC0415  as above

        objects = LiveObjects(connection, ctx.params.get("namespace") or connection.namespace)
        found = kind_named(kind, objects.kinds(), "")
        path = Resources(connection).resolve(found.api_version, found.kind).path(objects.namespace)
        return [f"{kind}/{name}" for name in _names(connection, path)]

    return _items(_of_the_cluster(ctx, ask), incomplete)


def _of_the_cluster(ctx: click.Context, ask: Callable[[Connection], Iterable[str]]) -> list[str]:
    """What the cluster answers that the command line means so far."""

    def connected() -> Iterable[str]:
        from zen_gc_core.cluster.connection import Connection  # noqa: PLC0415  a shell does not wait for a client

        with Connection.open(
            kubeconfig=ctx.params.get("kubeconfig") or None, context=ctx.params.get("context") or None
        ) as connection:
            return list(ask(connection))

    return within(connected)


def _names(connection: Connection, path: str) -> Iterable[str]:
    """The names of the first objects of a list."""
    answer = connection.request("GET", path, query={"limit": str(MOST)})
    return [item["metadata"]["name"] for item in answer.document()["items"]]


def _items(names: Iterable[str], incomplete: str) -> list[CompletionItem]:
    return [CompletionItem(name) for name in sorted(names) if name.startswith(incomplete)]
