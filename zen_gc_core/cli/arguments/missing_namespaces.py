"""A namespace that is asked for, and that the cluster does not have: without a word, it would look as if nothing were in it."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

import click

from zen_gc_core.cluster.namespaces import Namespaces
from zen_gc_core.errors import ClusterError
from zen_gc_core.texts import did_you_mean, visible

if TYPE_CHECKING:
    from zen_gc_core.cluster.connection import Connection


def warn_of_missing(connection: Connection, namespace: str | None) -> None:
    """Warn on standard error of a namespace that does not exist, with the name that may have been meant.

    Who may not read Namespaces hears nothing: whether it exists is not known then, and everything else goes on.

    Args:
        connection: The cluster.
        namespace: The namespace that ``-n`` gives; None: none was given.
    """
    if not namespace:
        return
    namespaces = Namespaces(connection)
    try:
        if namespaces.has(namespace):
            return
    except ClusterError:
        return
    near = ""
    with contextlib.suppress(ClusterError):
        near = did_you_mean(namespace, namespaces.names())
    click.echo(f"warning: -n: there is no namespace '{visible(namespace, 80)}'{near}", err=True)
