"""Documents that are neither policies nor objects to be judged: what they are, and what gives the right ones.

Data, and looking it up. kubectl prints objects in many shapes, and there are other tools with policies of their own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from zen_gc_core.model.policy import API_VERSION, CLUSTER, GROUP, NAMESPACED
from zen_gc_core.texts import nearest, one_line, with_article

if TYPE_CHECKING:
    from collections.abc import Iterable

    from zen_gc_core.cli.reading.documents import Document

_META: Final = "meta.k8s.io"
_OBJECTS: Final = "use -o json or -o yaml"

_OTHER_TOOLS: Final = {
    ("apps.projectsveltos.io", "Cleaner"): "k8s-cleaner",
    ("apps.projectsveltos.io", "Report"): "k8s-cleaner",
    ("kyverno.io", "CleanupPolicy"): "Kyverno",
    ("kyverno.io", "ClusterCleanupPolicy"): "Kyverno",
    ("policies.kyverno.io", "DeletingPolicy"): "Kyverno",
    ("policies.kyverno.io", "NamespacedDeletingPolicy"): "Kyverno",
    ("descheduler", "DeschedulerPolicy"): "descheduler",
    ("operator.tekton.dev", "TektonPruner"): "Tekton",
    ("operator.tekton.dev", "TektonConfig"): "Tekton",
}
"""Kinds by which other tools are told what to remove."""

_IMPORTED: Final = frozenset({"Kyverno", "k8s-cleaner"})
"""Those whose policies ``zen-gc import`` knows, by the names of their tools in small letters."""

_CLEANING: Final = ("clean", "prun", "janitor", "garbage", "collect", "reap", "hatch", "expir", "ttl", "retention")
"""Parts of the kinds of tools that are not in the table."""


def no_object(api_version: str, kind: str, value: dict[str, Any]) -> str | None:
    """What a document is that kubectl wrote and that is no object, and what to write instead; None for an object.

    Args:
        api_version: Its ``apiVersion``.
        kind: Its ``kind``.
        value: The document; of a large list, its head alone.
    """
    group = api_version.partition("/")[0]
    if kind == "Table" and group == _META:
        return f"it is a Table, the columns that kubectl prints, and not the objects: {_OBJECTS}"
    if kind == "Status" and api_version == "v1":
        words = value.get("message")
        said = f" ({one_line(words, 200)})" if isinstance(words, str) and words else ""
        return f"it is a Status, an answer of the API server{said}, and not the objects: {_OBJECTS} of a list"
    if kind in {"PartialObjectMetadata", "PartialObjectMetadataList"} and group == _META:
        return f"it is {with_article(kind)}, metadata without the rest of the objects: {_OBJECTS}"
    if kind == "Config" and api_version == "v1" and "clusters" in value:
        return "it is a kubeconfig, and not an object: --kubeconfig takes it"
    return None


def without_kind(value: dict[str, Any]) -> str | None:
    """What a document without apiVersion and kind is, and what to do about it; None when it is not known."""
    if value.get("type") in {"ADDED", "MODIFIED", "DELETED", "BOOKMARK"} and isinstance(value.get("object"), dict):
        return "it is an event of a watch: leave out --output-watch-events"
    rules = value.get("rules")
    if isinstance(rules, list) and all(isinstance(rule, dict) and "ttl" in rule for rule in rules) and rules:
        return f"these are rules of kube-janitor: {_OURS}; zen-gc import --from kube-janitor -f FILE makes such of them"
    policies = value.get("policies")
    if isinstance(policies, list) and "now" in value:
        return "it is a plan, and no manifest: zen-gc run PLAN carries out one that zen-gc plan --out has saved"
    if isinstance(policies, list) and any(
        isinstance(policy, dict) and str(policy.get("resource", "")).startswith("k8s.") for policy in policies
    ):
        return f"these are policies of Cloud Custodian: {_OURS}"
    if "targetResource" in value or "targetResources" in value:
        return f"it is the spec of a policy alone: write it below spec:, with apiVersion: {API_VERSION} and kind"
    return None


def no_document(text: str) -> str | None:
    """What a text is that is no manifest; None when it is not known."""
    first = text.split(maxsplit=1)[0] if text.strip() else ""
    if first in {"NAME", "NAMESPACE", "LAST"} and first.isupper() and " " in text:
        return f"it is the table that kubectl prints for people: {_OBJECTS}"
    return None


def misspelt_policy(api_version: str, kind: str) -> str | None:
    """What is wrong with the kind of a document of zen-gc's own group; None when nothing is, or it is of another."""
    if api_version.partition("/")[0] != GROUP or kind in {NAMESPACED, CLUSTER}:
        return None
    near = nearest(kind, (NAMESPACED, CLUSTER))
    meant = f"; did you mean '{near}'?" if near else ""
    return f"{GROUP} has no kind '{one_line(kind, 80)}'{meant} (it has {NAMESPACED} and {CLUSTER})"


def no_policies(lead: str, documents: Iterable[Document]) -> str | None:
    """What to say of files that hold policies of other tools alone; None when they hold none.

    Args:
        lead: How the sentence begins.
        documents: What the files hold.
    """
    documents = list(documents)
    found = dict.fromkeys(filter(None, map(_policy_of_others, documents)))
    told = list(found)[:3]
    return f"{lead}: {'; '.join(told)}: {_OURS}{_import_of(documents)}" if told else None


def _import_of(documents: Iterable[Document]) -> str:
    """How the first policy that can be imported is; nothing where none can."""
    for document in documents:
        tool = _OTHER_TOOLS.get((document.api_version.partition("/")[0], document.kind))
        if tool in _IMPORTED and document.kind != "Report":
            return f"; zen-gc import --from {tool.lower()} -f {document.source} makes such of it"
    return ""


_OURS: Final = f"zen-gc reads {NAMESPACED} and {CLUSTER} of {API_VERSION}"


def _policy_of_others(document: Document) -> str | None:
    group, kind = document.api_version.partition("/")[0], document.kind
    tool = _OTHER_TOOLS.get((group, kind))
    if tool is not None:
        return f"{document.place()} holds {with_article(kind)} of {tool}"
    if near := nearest(kind, (NAMESPACED, CLUSTER)):
        return f"{document.place()} holds {with_article(kind)} of {group} (did you mean '{near}' of {GROUP}?)"
    if any(part in kind.lower() for part in _CLEANING):
        return f"{document.place()} holds {with_article(kind)} of {group}"
    return None
