"""How Kubernetes spells names: labels, namespaces, objects, API versions, kinds; and globs over names.

Each function says what is wrong with a text, in one line, or nothing. The rules are those of
``k8s.io/apimachinery/pkg/util/validation`` and ``pkg/api/validate/content``.
"""

from __future__ import annotations

import re
from typing import Final

_DNS_LABEL: Final = re.compile(r"[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?", re.ASCII)
_DNS_SUBDOMAIN: Final = re.compile(r"[a-z0-9](?:[-a-z0-9]*[a-z0-9])?(?:\.[a-z0-9](?:[-a-z0-9]*[a-z0-9])?)*", re.ASCII)
_LABEL_NAME: Final = re.compile(r"(?:[A-Za-z0-9][-A-Za-z0-9_.]{0,61})?[A-Za-z0-9]", re.ASCII)
_VERSION: Final = re.compile(r"[a-z](?:[-a-z0-9]{0,61}[a-z0-9])?", re.ASCII)
_KIND: Final = re.compile(r"[A-Za-z](?:[-A-Za-z0-9]{0,61}[A-Za-z0-9])?", re.ASCII)
_GLOB: Final = re.compile(r"[*?\[]")
_NAMESPACE_GLOB: Final = re.compile(r"(?:[-a-z0-9*?]|\[!?[-a-z0-9]+\])+", re.ASCII)
_NAME_GLOB: Final = re.compile(r"[^/%\s\x00-\x1f\x7f]+")

_LONGEST_KEY: Final = 64


def shown(text: str) -> str:
    """Text of the user in quotes, on one line and no longer than a glance; what cannot be printed is escaped."""
    return repr(text) if len(text) <= _LONGEST_KEY else f"{text[:_LONGEST_KEY]!r}…"


def is_glob(text: str) -> bool:
    """Whether text is a pattern rather than a name."""
    return _GLOB.search(text) is not None


def namespace_fault(text: str) -> str | None:
    """What is wrong with the name of a namespace (a DNS label; it may begin with a digit)."""
    if _DNS_LABEL.fullmatch(text):
        return None
    return f"{shown(text)} is no namespace: at most 63 of a-z, 0-9 and '-', and neither end may be '-'"


def policy_name_fault(text: str) -> str | None:
    """What is wrong with the name of a policy (a DNS subdomain)."""
    if len(text) <= 253 and _DNS_SUBDOMAIN.fullmatch(text):
        return None
    return f"{shown(text)} is no name: at most 253 of a-z, 0-9, '-' and '.', and neither end may be '-' or '.'"


def namespace_glob_fault(text: str) -> str | None:
    """What is wrong with a namespace or a glob over namespaces."""
    if not is_glob(text):
        return namespace_fault(text)
    if _NAMESPACE_GLOB.fullmatch(text):
        return None
    return f"{shown(text)} matches no namespace: beside '*', '?' and '[…]', namespaces have a-z, 0-9 and '-'"


def name_glob_fault(text: str) -> str | None:
    """What is wrong with the name of an object or a glob over names (a path segment: no '/', no '%')."""
    if _NAME_GLOB.fullmatch(text) and text not in {".", ".."}:
        return None
    return f"{shown(text)} matches no name: names have no '/', no '%' and no spaces"


def label_key_fault(text: str) -> str | None:
    """What is wrong with the key of a label (a "qualified name")."""
    prefix, slash, name = text.rpartition("/")
    if _LABEL_NAME.fullmatch(name) and (not slash or (len(prefix) <= 253 and _DNS_SUBDOMAIN.fullmatch(prefix))):
        return None
    return (
        f"{shown(text)} is no label key: at most 63 of letters, digits, '-', '_' and '.', with a letter or digit at "
        "both ends, and before that perhaps a domain and '/'"
    )


def label_value_fault(text: str) -> str | None:
    """What is wrong with the value of a label."""
    if not text or _LABEL_NAME.fullmatch(text):
        return None
    return (
        f"{shown(text)} is no label value: at most 63 of letters, digits, '-', '_' and '.', "
        "with a letter or digit at both ends"
    )


def api_version_fault(text: str) -> str | None:
    """What is wrong with an apiVersion (``v1``, or a group and a version)."""
    group, slash, version = text.rpartition("/")
    if not slash:
        fine = text == "v1"
    else:
        fine = len(group) <= 253 and bool(_DNS_SUBDOMAIN.fullmatch(group)) and bool(_VERSION.fullmatch(version))
    return None if fine else f"{shown(text)} is no apiVersion: write v1, or group and version, such as batch/v1"


def kind_fault(text: str) -> str | None:
    """What is wrong with the name of a kind."""
    if _KIND.fullmatch(text):
        return None
    return f"{shown(text)} is no kind: at most 63 letters and digits, such as ConfigMap"


def group_of(api_version: str) -> str:
    """The API group of an apiVersion; empty for the core group."""
    group, slash, _ = api_version.rpartition("/")
    return group if slash else ""
