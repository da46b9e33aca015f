"""Finding the cluster: the kubeconfig as kubectl finds it, else the Pod's ServiceAccount.

The official client reads the files and runs credential plugins; this module says which file and context it is, and
turns whatever goes wrong into one line. Nothing here sends a request to the API server.
"""

from __future__ import annotations

import ipaddress
import logging
import os
import re
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Self
from urllib.parse import urlsplit

import yaml

from zen_gc_core.cluster import credential_plugins
from zen_gc_core.cluster.errors import BadConfiguration

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kubernetes.client import Configuration

SERVICE_ACCOUNT: Final = Path("/var/run/secrets/kubernetes.io/serviceaccount")
"""Where a Pod finds its token, its authority's certificate and its namespace (Kubernetes, "Access the API from a Pod")."""

_USERINFO: Final = re.compile(r"//[^/?#]*@")
"""A name and password in a URL: they are sent to nobody, and printed nowhere."""

_LOADING_ERRORS: Final = (OSError, ValueError, TypeError, LookupError, AttributeError, yaml.YAMLError)
"""What the official client's loader raises on a malformed kubeconfig, beside its own exception."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where the cluster's coordinates are written.

    Args:
        files: The kubeconfig files, in the order of their precedence; empty in a Pod.
        context: The context in them; empty in a Pod.
    """

    files: tuple[Path, ...]
    context: str

    @property
    def in_cluster(self) -> bool:
        """Whether it is the ServiceAccount of the Pod that this runs in."""
        return not self.files

    def __str__(self) -> str:
        if self.in_cluster:
            return "the Pod's ServiceAccount"
        return f"context {self.context} of {os.pathsep.join(map(str, self.files))}"


def find(kubeconfig: str | os.PathLike[str] | None = None, context: str | None = None) -> Place:
    """Find the cluster as kubectl does: the file that was named, ``$KUBECONFIG``, ``~/.kube/config``, the Pod.

    Args:
        kubeconfig: A kubeconfig file that must be there; None looks where kubectl looks.
        context: A context of it; None takes the current one.

    Raises:
        BadConfiguration: There is none, or it has no such context.
    """
    files = _files(kubeconfig)
    documents = [_read(path) for path in files]
    current = next((name for document in documents if (name := document.get("current-context"))), "")
    chosen = context or current
    if not chosen or not files:
        if _in_a_pod() and not context and kubeconfig is None:
            return Place((), "")
        raise BadConfiguration(_nothing_found(files, documents, context))
    names = _contexts(documents)
    if chosen not in names:
        listed = ", ".join(names) or "none"
        raise BadConfiguration(f"{_spelled(files)} has no context {chosen!r} (it has: {listed})")
    return Place(tuple(files), str(chosen))


def contexts(kubeconfig: str | os.PathLike[str] | None = None) -> list[str]:
    """The contexts that may be named.

    Args:
        kubeconfig: As for ``find``.

    Raises:
        BadConfiguration: The file that is named is not there, or one is none.
    """
    return _contexts([_read(path) for path in _files(kubeconfig)])


def _contexts(documents: list[dict[str, Any]]) -> list[str]:
    return sorted({name for document in documents for name in _context_names(document)})


def _files(kubeconfig: str | os.PathLike[str] | None) -> list[Path]:
    if kubeconfig is not None:
        path = _expanded(kubeconfig)
        if not path.is_file():
            raise BadConfiguration(f"no cluster: the kubeconfig {path} does not exist")
        return [path]
    return [path for path in _usual_places() if path.is_file()]


def _usual_places() -> list[Path]:
    listed = os.environ.get("KUBECONFIG", "")
    if listed:
        return [_expanded(part) for part in listed.split(os.pathsep) if part]
    return [_expanded("~/.kube/config")]


def _expanded(path: str | os.PathLike[str]) -> Path:
    """A path with the user's home for its ``~``; as it is where the user has none, which `Path.expanduser` takes for a fault."""
    return Path(os.path.expanduser(path))  # noqa: PTH111  see above


def _read(path: Path) -> dict[str, Any]:
    try:
        document = yaml.safe_load(path.read_bytes())
    except yaml.MarkedYAMLError as error:
        place = f" in line {error.problem_mark.line + 1}" if error.problem_mark else ""  # its own text quotes the file
        raise BadConfiguration(f"the kubeconfig {path} is no YAML{place}: {error.problem}") from None
    except (OSError, ValueError, RecursionError, yaml.YAMLError) as error:
        why = _first_line(error) if isinstance(error, OSError) else type(error).__name__
        raise BadConfiguration(f"the kubeconfig {path} cannot be read: {why}") from None
    if document is None:
        return {}
    if not isinstance(document, dict):
        raise BadConfiguration(f"the kubeconfig {path} is no kubeconfig: it should be a map")
    return document


def _context_names(document: dict[str, Any]) -> Iterator[str]:
    entries = document.get("contexts")
    for entry in entries if isinstance(entries, list) else ():
        if isinstance(entry, dict) and isinstance(entry.get("name"), str):
            yield entry["name"]


def _nothing_found(files: list[Path], documents: list[dict[str, Any]], context: str | None) -> str:
    if files:
        names = ", ".join(sorted({name for document in documents for name in _context_names(document)})) or "none"
        return f"no cluster: {_spelled(files)} has no current-context; choose one with --context (it has: {names})"
    wanted = f", so there is no context {context!r}" if context else ""
    places = _spelled(_usual_places())
    return f"no cluster: no kubeconfig at {places}{wanted}, and not in a Pod: pass --kubeconfig, or set KUBECONFIG"


def _in_a_pod() -> bool:
    return bool(os.environ.get("KUBERNETES_SERVICE_HOST")) and (SERVICE_ACCOUNT / "token").is_file()


def load(place: Place) -> tuple[Configuration, str]:
    """Read the coordinates and credentials that are written at a place; credential plugins are run.

    Returns:
        The official client's configuration, and the namespace that is the default there (``default`` without one).

    Raises:
        BadConfiguration: Something in it is wrong, or a credential plugin failed.
    """
    # The official client costs a third of a second to import: only who talks to a cluster pays for it.
    from kubernetes.client import Configuration  # noqa: PLC0415
    from kubernetes.config import ConfigException, load_incluster_config  # noqa: PLC0415
    from kubernetes.config.kube_config import KubeConfigLoader, KubeConfigMerger  # noqa: PLC0415

    configuration = Configuration()
    try:  # the official client's loaders carry no types
        if place.in_cluster:
            load_incluster_config(configuration)  # type: ignore[no-untyped-call]
            namespace = (SERVICE_ACCOUNT / "namespace").read_text().strip()
            return configuration, namespace or "default"
        merged = KubeConfigMerger(os.pathsep.join(map(str, place.files)))  # type: ignore[no-untyped-call]
        for document in merged.config_files.values():  # the entries of the merged one are these files'
            credential_plugins.bound(document)
        loader = KubeConfigLoader(config_dict=merged.config, active_context=place.context)  # type: ignore[no-untyped-call]
        with _PluginErrors() as complaints:
            loader.load_and_set(configuration)  # type: ignore[no-untyped-call]
        chosen = loader.current_context.get("context") or {}
    except ConfigException as error:
        raise BadConfiguration(f"{place}: {_first_line(error)}") from None
    except _LOADING_ERRORS as error:
        raise BadConfiguration(f"{place} is malformed: {type(error).__name__}: {_first_line(error)}") from None
    if complaints.texts:
        name = credential_plugins.named(merged.config_files.values(), chosen.get("user"))
        raise BadConfiguration(f"{place}: the credential plugin {name} failed: {complaints.texts[0]}")
    if not hasattr(loader, "host"):
        raise BadConfiguration(f"{place}: its cluster names no server")
    configuration.host = _USERINFO.sub("//", configuration.host)
    if not hasattr(loader, "proxy") and _on_this_machine(configuration.host):
        configuration.proxy = None
    return configuration, str(chosen.get("namespace") or "default")


def _on_this_machine(server: str) -> bool:
    """Whether a server is reached without the environment's proxy, as kubectl does (Go, ``http.ProxyFromEnvironment``)."""
    name = urlsplit(server).hostname or ""
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return name == "localhost"


class _PluginErrors(logging.Handler):
    """Hears what the official client only logs: that a credential plugin failed."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.texts: list[str] = []
        self._thread = threading.get_ident()

    def emit(self, record: logging.LogRecord) -> None:
        if record.thread == self._thread:
            self.texts.append(_first_line(record.getMessage()))

    def __enter__(self) -> Self:
        logging.getLogger().addHandler(self)
        return self

    def __exit__(self, *_: object) -> None:
        logging.getLogger().removeHandler(self)


def _spelled(files: list[Path]) -> str:
    return os.pathsep.join(map(str, files))


def _first_line(error: object) -> str:
    return " ".join(str(error).split())[:300]
