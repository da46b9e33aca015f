"""The table: what every probe must answer, and where the embedded cluster may answer otherwise.

The answers were recorded from the real API server (`python -m tests.cluster.conformance.record`) and read by a human; they are
what both servers are held to.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from tests.cluster.conformance.probes import (
    custom_resources,
    deleting,
    discovery,
    evicting,
    grace,
    kubectl_reads,
    kubectl_writes,
    listing,
    namespaces,
    objects,
    ownership,
    patching,
    refusals,
    requests,
    watching,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import ModuleType

    from tests.cluster.conformance.lab import Lab

    Probe = Callable[[Lab], Any]

TOPICS = (
    objects,
    refusals,
    patching,
    deleting,
    evicting,
    grace,
    ownership,
    namespaces,
    listing,
    watching,
    custom_resources,
    discovery,
    requests,
    kubectl_reads,
    kubectl_writes,
)
ANSWERS = Path(__file__).with_name("answers")
DIFFERENCES = Path(__file__).with_name("differences.yaml")


def topic_of(module: ModuleType) -> str:
    """The name of a topic."""
    return module.__name__.rpartition(".")[2]


def probes_of(module: ModuleType) -> dict[str, Probe]:
    """The probes of a topic: its public functions, in the order in which they stand there."""
    return {
        name: each
        for name, each in vars(module).items()
        if callable(each) and not name.startswith("_") and getattr(each, "__module__", None) == module.__name__
    }


def probes() -> dict[str, Probe]:
    """Every probe by `topic.name`."""
    return {f"{topic_of(module)}.{name}": probe for module in TOPICS for name, probe in probes_of(module).items()}


def answers() -> dict[str, Any]:
    """What every probe must answer, by `topic.name`."""
    return {f"{topic_of(module)}.{name}": answer for module in TOPICS for name, answer in read(module).items()}


def read(module: ModuleType) -> dict[str, Any]:
    """The answers of one topic."""
    recorded: dict[str, Any] = yaml.safe_load((ANSWERS / f"{topic_of(module)}.yaml").read_text()) or {}
    return recorded


def differences() -> dict[str, str]:
    """The probes that the embedded cluster may answer otherwise, each with the reason."""
    allowed: dict[str, str] = yaml.safe_load(DIFFERENCES.read_text()) or {}
    return allowed
