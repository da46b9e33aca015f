"""What a clean-up by hand is about: policies of files, or those of a saved plan with what was approved of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from zen_gc_core.cli.by_hand.approving import approved_documents
from zen_gc_core.cli.plans.saved import NoPlanError
from zen_gc_core.cli.reading.documents import Document
from zen_gc_core.cli.reading.input import compile_documents
from zen_gc_core.controller.runs.previewing import installed_policy
from zen_gc_core.errors import ClusterError, InputError
from zen_gc_core.model.policy import PolicyReference
from zen_gc_core.texts import placed, visible

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from zen_gc_core.cli.plans.saved import Saved, SavedPolicy
    from zen_gc_core.cluster.connection import Connection
    from zen_gc_core.engine.compiling import Compilation
    from zen_gc_core.engine.protections import Grants
    from zen_gc_core.model.approved import Approved
    from zen_gc_core.plugins import Plugins


@dataclass(frozen=True, slots=True)
class Asked:
    """A policy that is to be carried out, before it is compiled.

    Args:
        document: The policy.
        saved: What the plan that was saved has of it; None where there is none.
    """

    document: Document
    saved: SavedPolicy | None = None


@dataclass(frozen=True, slots=True)
class Subject:
    """A policy that is to be carried out.

    Args:
        compilation: The policy.
        document: Where it stands.
        approved: What of its plan may be done; None: what whoever is asked says yes to.
        status: The status of an installed policy.
        installed: Whether it is in the cluster.
    """

    compilation: Compilation
    document: Document
    approved: Approved | None = None
    status: Mapping[str, Any] = field(default_factory=dict)
    installed: bool = False


def given(documents: Iterable[Document]) -> list[Asked]:
    """Policies of files."""
    return [Asked(document) for document in documents]


def check_cluster(saved: Saved, cluster: str) -> None:
    """Refuse a plan of another cluster.

    Raises:
        NoPlanError: It is one.
    """
    if saved.cluster != cluster:
        raise NoPlanError(f"{saved.name}: it is a plan of another cluster: plan this one anew")


def saved_policies(connection: Connection, saved: Saved) -> list[Asked]:
    """The policies of a saved plan; those that are installed as they are now.

    Raises:
        NoPlanError: One of them is not there any more, or another one has its name.
        ClusterError: It cannot be read.
    """
    return [Asked(_as_it_is(connection, saved.name, each), each) for each in saved.policies]


def _as_it_is(connection: Connection, name: str, saved: SavedPolicy) -> Document:
    if not saved.uid:
        return saved.document
    metadata = saved.document.content["metadata"]
    reference = PolicyReference(saved.document.kind, metadata.get("namespace") or "", metadata["name"])
    try:
        found = installed_policy(connection, reference)
    except ClusterError as error:
        raise ClusterError(f"{name}: {reference.kind} {visible(str(reference))} cannot be read: {error}") from error
    if found is None or found["metadata"].get("uid") != saved.uid:
        raise NoPlanError(f"{name}: {reference.kind} {visible(str(reference))} was deleted since: plan anew")
    title = f"{reference.kind} {placed(reference.namespace, reference.name)}"
    return Document(found, saved.document.api_version, saved.document.kind, visible(title))


def compiled_subjects(
    asked: Sequence[Asked], approvals: Mapping[str, str], plugins: Plugins, grants: Grants, namespace: str
) -> list[Subject]:
    """Compile policies, with the approvals that were given.

    Args:
        asked: The policies.
        approvals: The approvals, by digest.
        plugins: The plugins.
        grants: What policies may do beyond the protections.
        namespace: Where policies are that name no namespace.

    Raises:
        NoPlanError: A policy is not what was planned.
        InputError: An approval names none of the policies.
    """
    documents = [each.document for each in asked]
    compilations = compile_documents(documents, plugins, grants, namespace)
    for each, compilation in zip(asked, compilations, strict=True):
        _check_same(each, compilation)
    if approvals:
        _check_approvable(asked, compilations, approvals)
        documents = approved_documents(documents, compilations, approvals)
        compilations = compile_documents(documents, plugins, grants, namespace)
    return [_subject(*each) for each in zip(asked, documents, compilations, strict=True)]


def _check_same(asked: Asked, compilation: Compilation) -> None:
    if asked.saved is None:
        return
    compiled = compilation.compiled
    if compiled is None or compiled.policy.full_digest != asked.saved.full_digest:
        reference = compilation.reference
        raise NoPlanError(
            f"{asked.saved.document.source}: {reference.kind} {visible(str(reference))} is not what was planned: plan anew"
        )


def _check_approvable(
    asked: Sequence[Asked], compilations: Sequence[Compilation], approvals: Mapping[str, str]
) -> None:
    """Refuse to approve what is installed for one run alone: what stands on it in the cluster counts."""
    for each, compilation in zip(asked, compilations, strict=True):
        if each.saved is not None and each.saved.uid and compilation.digest in approvals:
            raise InputError(
                f"--approve {approvals[compilation.digest]}: {compilation.reference.kind} {compilation.reference} is installed: "
                "approve it with zen-gc approve"
            )


def _subject(asked: Asked, document: Document, compilation: Compilation) -> Subject:
    if asked.saved is None:
        return Subject(compilation, document)
    status = document.content.get("status")
    installed = bool(asked.saved.uid)
    return Subject(
        compilation,
        document,
        asked.saved.approved,
        status if installed and isinstance(status, dict) else {},
        installed,
    )
