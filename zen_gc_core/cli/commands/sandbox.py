"""``zen-gc sandbox``: an embedded cluster to try things on with kubectl."""

from __future__ import annotations

import json
import signal
import socket
import threading
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import click
from zen_gc_embedded import EmbeddedCluster
from zen_gc_embedded.errors import EmbeddedError

from zen_gc_core.cli.arguments.options import files_option
from zen_gc_core.cli.reading.documents import FileError
from zen_gc_core.cli.reading.files import read_documents
from zen_gc_core.engine.crds import crd_documents
from zen_gc_core.plugins import installed_entry_points, load_plugins
from zen_gc_core.signals import heard

_CONTEXT: Final = "embedded"
"""The context of a kubeconfig that the embedded cluster writes."""


@click.command(
    epilog="\b\nExamples:\n"
    "  zen-gc sandbox --kubeconfig-out sandbox.yaml\n"
    "  KUBECONFIG=sandbox.yaml kubectl get crds\n"
    "  zen-gc sandbox -f examples/policies/temp-configmaps/ --port 8001"
)
@click.option(
    "--port",
    default=0,
    show_default="a free one",
    type=click.IntRange(0, 65535),
    help="Port on the loopback interface.",
)
@click.option(
    "--kubeconfig-out",
    "kubeconfig",
    default="zen-gc-sandbox.kubeconfig",
    show_default=True,
    type=click.Path(dir_okay=False),
    help="Where the kubeconfig is written; it is taken away again at the end.",
)
@click.option("--overwrite", is_flag=True, help="Write the kubeconfig although there is a file of that name.")
@files_option("Objects to begin with, with the times and status that they have.")
def command(*, port: int, kubeconfig: str, overwrite: bool, filenames: tuple[str, ...]) -> None:
    """Serve an embedded cluster, with zen-gc's CRDs, until interrupted. Nothing of it outlives the command."""
    place = Path(kubeconfig)
    if place.exists() and not overwrite and not _own(place):
        raise FileError(f"{kubeconfig} is there already: give another --kubeconfig-out, or --overwrite")
    if place.exists() and not overwrite and _serves(place):
        raise FileError(
            f"{kubeconfig} is that of a sandbox that is running: give another --kubeconfig-out, or --overwrite"
        )
    ended = threading.Event()
    objects = [document.plain for document in read_documents(filenames)]
    try:
        with heard((signal.SIGTERM, signal.SIGINT), lambda _: ended.set()), EmbeddedCluster(port=port) as cluster:
            cluster.seed(crd_documents(load_plugins(installed_entry_points()).vocabulary))
            cluster.seed(objects)
            cluster.write_kubeconfig(place)
            click.echo(f"Serving on {cluster.url}; try: KUBECONFIG={kubeconfig} kubectl get gcp -A")
            try:
                ended.wait()
            finally:
                if _server(place) == cluster.url:  # another sandbox may have it by now
                    place.unlink()
    except OSError as error:
        raise FileError(f"cannot serve: {error.strerror or error}") from None
    except EmbeddedError as error:
        raise FileError(str(error)) from None


def _own(place: Path) -> bool:
    """Whether a file is a kubeconfig that an embedded cluster wrote: nobody's work is lost with it."""
    return _server(place) is not None


def _server(place: Path) -> str | None:
    """Where the server of a kubeconfig is that an embedded cluster wrote; None for any other file."""
    try:
        found = json.loads(place.read_bytes())
        return str(found["clusters"][0]["cluster"]["server"]) if found["current-context"] == _CONTEXT else None
    except (OSError, ValueError, LookupError, TypeError):
        return None


def _serves(place: Path) -> bool:
    """Whether somebody answers where the kubeconfig of an embedded cluster points to; one that was killed leaves it behind."""
    server = urlsplit(_server(place) or "")
    try:
        with socket.create_connection((server.hostname or "", server.port or 0), timeout=1):
            return True
    except (OSError, ValueError):
        return False
