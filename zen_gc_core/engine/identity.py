"""What a policy is: its spec, and what its expressions read of its own labels and annotations.

Two questions hang on it. Is the policy that was read anew still the one that was compiled (``difference``)? And is it
the one that somebody approved (``digest_of``)?
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import rfc8785

from zen_gc_core.engine.breaker import APPROVE

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from zen_gc_core.model.policy import PolicyReference

DIGEST_DIGITS: Final = 16
_BESIDE: Final = frozenset({APPROVE, "kubectl.kubernetes.io/last-applied-configuration"})
"""Annotations that no reading of all annotations means: the approval itself, and kubectl's copy of everything."""

_PLAIN: Final = ("name", "namespace", "uid", "generation")


_NO_KEYS: Final[frozenset[str]] = frozenset()  # one for all policies: Python makes an empty one anew each time


@dataclass(frozen=True, slots=True)
class SelfReads:
    """What a policy reads of its own metadata.

    Args:
        labels: The keys of labels that its expressions read; None for all of them.
        annotations: The keys of annotations, likewise.
        by_plugins: Whether a plugin's keyword is used, which may read any of them.
    """

    labels: frozenset[str] | None = _NO_KEYS
    annotations: frozenset[str] | None = _NO_KEYS
    by_plugins: bool = False

    @classmethod
    def of(cls, paths: Iterable[tuple[str, ...]], *, by_plugins: bool) -> SelfReads:
        """What the paths mean that expressions read of the variable ``policy``."""
        found: dict[str, set[str] | None] = {"labels": set(), "annotations": set()}
        for path in paths:
            if path and path[0] in _PLAIN:
                continue
            sections = [path[0]] if path and path[0] in found else list(found)
            for section in sections:
                keys = found[section]
                if len(path) < 2 or keys is None:
                    found[section] = None
                else:
                    keys.add(path[1])
        labels, annotations = (None if keys is None else frozenset(keys) or _NO_KEYS for keys in found.values())
        return cls(labels, annotations, by_plugins)


NOTHING: Final = SelfReads()
UNKNOWN: Final = SelfReads(None, None, by_plugins=True)
"""Of a policy that does not compile."""


def _taken(values: Mapping[str, str], keys: frozenset[str] | None) -> dict[str, str]:
    if keys is None:
        return {key: value for key, value in values.items() if key not in _BESIDE}
    return {key: values[key] for key in sorted(keys) if key in values and key not in _BESIDE}


def difference(reference: PolicyReference, metadata: Mapping[str, Any], reads: SelfReads) -> str | None:
    """What a policy's metadata has that it had not when the policy was compiled, in a few words; None: nothing.

    Args:
        reference: The policy as it was compiled.
        metadata: Its metadata as read anew, decoded JSON of any shape.
        reads: What it reads of them.
    """
    if metadata.get("generation") != reference.generation:
        return "the policy was edited"
    annotations, labels = _texts(metadata.get("annotations")), _texts(metadata.get("labels"))
    if annotations.get(APPROVE) != reference.annotations.get(APPROVE):
        return "its approval was changed"
    for what, before, now, keys in (
        ("an annotation", reference.annotations, annotations, reads.annotations),
        ("a label", reference.labels, labels, reads.labels),
    ):
        asked = None if reads.by_plugins else keys
        if _taken(before, asked) != _taken(now, asked):
            return f"{what} of the policy that it reads was changed"
    return None


def _texts(value: Any) -> dict[str, str]:
    return {key: text for key, text in value.items() if isinstance(text, str)} if isinstance(value, dict) else {}


def digest_of(reference: PolicyReference, spec: Mapping[str, Any], reads: SelfReads) -> str:
    """The digest of a policy: SHA-256 over canonical JSON (RFC 8785), of which approvals name the first 16 digits.

    The same from a file as from the cluster, whoever made the object anew; another one with every edit that may change
    what the policy means. A pause changes nothing.

    Args:
        reference: The policy.
        spec: Its spec, decoded, in the spelling in which it is stored.
        reads: What it reads of its labels and annotations.

    Returns:
        All 64 hex digits; empty when canonical JSON cannot hold the spec, as for integers beyond 2**53.
    """
    identity: dict[str, Any] = {
        "kind": reference.kind,
        "namespace": reference.namespace,
        "name": reference.name,
        "spec": {name: value for name, value in spec.items() if name != "paused"},
        "annotations": _taken(reference.annotations, reads.annotations),
    }
    if labels := _taken(reference.labels, reads.labels):
        identity["labels"] = labels
    try:
        return hashlib.sha256(rfc8785.dumps(identity)).hexdigest()
    except (rfc8785.CanonicalizationError, RecursionError, UnicodeError):
        return ""
