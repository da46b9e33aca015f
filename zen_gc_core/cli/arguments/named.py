"""Which object a command line names: ``KIND/NAME``, or ``KIND NAME``, in the words that kubectl takes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from zen_gc_core.engine.kinds import built_in
from zen_gc_core.engine.shares import kind_key
from zen_gc_core.errors import InputError
from zen_gc_core.model.names import group_of
from zen_gc_core.texts import did_you_mean, listed

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from zen_gc_core.engine.shares import KindKey

_SHORT: Final = {
    "cj": "CronJob",
    "cm": "ConfigMap",
    "crd": "CustomResourceDefinition",
    "csr": "CertificateSigningRequest",
    "deploy": "Deployment",
    "ds": "DaemonSet",
    "ep": "Endpoints",
    "ev": "Event",
    "hpa": "HorizontalPodAutoscaler",
    "ing": "Ingress",
    "netpol": "NetworkPolicy",
    "no": "Node",
    "ns": "Namespace",
    "pdb": "PodDisruptionBudget",
    "po": "Pod",
    "pv": "PersistentVolume",
    "pvc": "PersistentVolumeClaim",
    "rc": "ReplicationController",
    "rs": "ReplicaSet",
    "sa": "ServiceAccount",
    "sts": "StatefulSet",
    "svc": "Service",
}
"""The short names of Kubernetes' own kinds, as kubectl has them."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind, and what it may be called.

    Args:
        api_version: One of its groups and versions.
        kind: The kind.
        names: What it is called, in lower case: by its name, and by its plural.
        namespaced: Whether its objects live in namespaces.
    """

    api_version: str
    kind: str
    names: tuple[str, ...]
    namespaced: bool

    @property
    def group(self) -> str:
        """Its API group; empty for the core group."""
        return group_of(self.api_version)

    @property
    def key(self) -> KindKey:
        """What all versions of it have in common."""
        return kind_key(self.group, self.kind)

    def __str__(self) -> str:
        return f"{self.kind}.{self.group}" if self.group else self.kind


def offline_kind(api_version: str, kind: str, *, namespaced: bool) -> Kind:
    """A kind of which no server is asked; the plural of one that is not Kubernetes' own is guessed, to be understood."""
    known = built_in(api_version, kind)
    plural = known.plural if known is not None else f"{kind.lower()}s"
    return Kind(api_version, kind, (kind.lower(), plural), namespaced)


def kind_and_name(words: Sequence[str]) -> tuple[str, str]:
    """The kind and the name of ``KIND/NAME`` or ``KIND NAME``.

    Raises:
        InputError: It is neither.
    """
    parts = words[0].split("/") if len(words) == 1 else list(words)
    if len(parts) != 2 or not all(parts) or any("/" in part for part in parts):
        raise InputError(f"'{' '.join(words)}' is no object: write KIND/NAME, such as job/nightly-report")
    return parts[0], parts[1]


def kind_named(word: str, kinds: Iterable[Kind], where: str) -> Kind:
    """The kind that a word means: by its name, its plural, its short name; ``jobs.batch`` where several groups have it.

    Args:
        word: The word.
        kinds: The kinds that there are.
        where: Where they are, for the error: ``the files hold``.

    Raises:
        InputError: There is none, or several.
    """
    there = list(kinds)
    name, _, rest = word.partition(".")
    name = _SHORT.get(name.lower(), name).lower()
    found = [each for each in there if name in each.names]
    if rest:
        found = [each for each in found if rest.lower() in {each.group, f"{_version(each)}.{each.group}".rstrip(".")}]
    if not found:
        known = {spelt for each in there for spelt in each.names}
        raise InputError(f"{where} no {word}{did_you_mean(word, known)}")
    if len({each.key for each in found}) > 1:
        ways = listed(sorted({f"{each.names[-1]}.{each.group}".rstrip(".") for each in found}), "or")
        own = [each for each in found if built_in(each.api_version, each.kind) is not None]
        if len({each.key for each in own}) != 1:
            raise InputError(f"'{word}' may be {ways}: write which")
        return own[0]
    return found[0]


def _version(kind: Kind) -> str:
    return kind.api_version.rpartition("/")[2]
