"""What no policy may take: namespaces, kinds, Secret types, single objects, marks, and what others look after.

Each protection says why it keeps an object. Those of namespaces, kinds and types are lifted by whoever runs the
controller (``Grants``); those of unfinished objects that a controller or a GitOps tool looks after by the policy
(``Lifted``); the others by nobody.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, TypeAlias

from zen_gc_core.engine.finishing import looked_after, may_finish
from zen_gc_core.engine.keep_mark import KEEP, carries, marked
from zen_gc_core.engine.managing import manager_of
from zen_gc_core.engine.protected import (
    COMES_WITH_EVERY_NAMESPACE,
    LIFTED_BY_NOBODY,
    NAMED_HERE,
    NEVER_RECYCLED,
    PROTECTED_KINDS,
    PROTECTED_NAMESPACES,
    PROTECTED_SECRET_TYPES,
    SECRET_TYPES_LIFTED_BY_NOBODY,
    well_known,
)
from zen_gc_core.errors import Undecided
from zen_gc_core.fieldpaths import MISSING, FieldPath
from zen_gc_core.model.reads import Reads
from zen_gc_core.texts import placed, with_article

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from zen_gc_core.keywords import Run
    from zen_gc_core.model.candidate import Candidate
    from zen_gc_core.model.finishing import Finishing

_HOLDERS: Final = frozenset(("Namespace", "CustomResourceDefinition"))
"""The kinds with which others go along that they do not own, in whatever group."""

_SECRET_TYPE: Final = FieldPath.parse("type")


@dataclass(frozen=True, slots=True)
class Grants:
    """What whoever runs the program allows beyond the protections.

    Args:
        cross_namespace: Whether namespaced policies may reach other namespaces (the Go program's behaviour).
        resources: Protected kinds that may be taken (``namespaces``, ``roles.rbac.authorization.k8s.io``).
        namespaces: Protected namespaces whose objects may be taken.
        secret_types: Protected types of Secrets that may be taken.
        marks: Reserved labels and annotations that may be written.
        patches: Whether namespaced policies may patch whatever they like.
        recycle_secrets: Whether Secrets may be copied into the recycle bin.
        own_namespace: The controller's own namespace, protected too; empty when there is none.
        default_account: As which ServiceAccount of their namespace policies act that name none; empty: as the controller.
        require_account: Whether namespaced policies that act as the controller are refused.
    """

    cross_namespace: bool = False
    resources: frozenset[str] = frozenset()
    namespaces: frozenset[str] = frozenset()
    secret_types: frozenset[str] = frozenset()
    marks: frozenset[str] = frozenset()
    patches: bool = False
    recycle_secrets: bool = False
    own_namespace: str = ""
    default_account: str = ""
    require_account: bool = False

    def lifted(self, group: str, kind: str) -> bool:
        """Whether a kind is not protected, by nature or by grant."""
        resource = PROTECTED_KINDS.get((group, kind))
        return resource is None or (resource in self.resources and (group, kind) not in LIFTED_BY_NOBODY)

    def lifted_type(self, secret_type: str) -> bool:
        """Whether a type of Secrets is not protected, by nature or by grant."""
        return secret_type not in PROTECTED_SECRET_TYPES or (
            secret_type in self.secret_types and secret_type not in SECRET_TYPES_LIFTED_BY_NOBODY
        )


@dataclass(frozen=True, slots=True)
class Lifted:
    """What a policy itself takes although it is unfinished.

    Args:
        owned: Objects with a controller owner (``behavior.includeOwned``).
        managed: Objects that Argo CD, Flux or Helm tracks (``behavior.includeManaged``).
        marking: Whether it only marks, which takes nothing along.
        recycling: Whether it takes only what can be copied first (``behavior.recycle``).
    """

    owned: bool = False
    managed: bool = False
    marking: bool = False
    recycling: bool = False


NOTHING_LIFTED: Final = Lifted()

Keeps: TypeAlias = "Callable[[Candidate], str | None]"
"""Why an object that would go along with another must stay, or None; raises Undecided."""


@dataclass(frozen=True, slots=True)
class Protections:
    """Asks of one object whether anything protects it.

    Args:
        grants: What is allowed beyond.
        kept_inside: For a Namespace or CustomResourceDefinition that a policy would delete: why something that goes
            along must stay, asked of each with the second argument, or None; raises Undecided when it cannot tell.
        has_service: Whether a Service of a namespace and name is there; raises Undecided when it cannot tell.
        retained: Of a policy that retains: why something in a Namespace, or of a CustomResourceDefinition, must stay for
            its sake, or None.
    """

    grants: Grants = field(default_factory=Grants)
    kept_inside: Callable[[Candidate, Keeps], str | None] | None = None
    has_service: Callable[[str, str], bool] | None = None
    retained: Callable[[Candidate, Run], str | None] | None = None

    def reads(self, group: str, kind: str) -> Reads:
        """What they read of objects of a kind, owned objects aside: metadata, and the type of Secrets."""
        return Reads.of(["metadata", "type"] if (group, kind) == ("", "Secret") else ["metadata"])

    def against(self, candidate: Candidate, run: Run, lifted: Lifted = NOTHING_LIFTED) -> str | None:
        """Why an object must not be touched, or None.

        Args:
            candidate: The object, with all that ``reads`` names; whole where ``needs_whole`` says so.
            run: The run.
            lifted: What the policy takes although it is unfinished.

        Raises:
            Undecided: Its Namespace, or what is in it, cannot be read; or the type of a Secret is none.
        """
        labels, annotations = candidate.labels, candidate.annotations
        return (
            self._by_place(candidate)
            or (self._by_kind(candidate) if candidate.kind in NAMED_HERE else None)
            or (self._by_recycling(candidate) if lifted.recycling else None)
            or (
                (KEEP in labels or KEEP in annotations)  # nearly none has it: a call fewer
                and marked(labels, annotations, run.now)
                and f"it {carries(candidate, run.now)}"
            )
            or ("it is terminating" if candidate.terminating else None)
            or (_by_owner(candidate, run) if candidate.owner_references and not lifted.owned else None)
            or (None if lifted.managed else _by_manager(candidate, run))
            or self._by_namespace(candidate, run)
            or (self._by_service(candidate) if candidate.kind == "Endpoints" else None)
            or (
                self._by_contents(candidate, run, lifted) if candidate.kind in _HOLDERS and not lifted.marking else None
            )
            or None
        )

    def each_against(self, candidate: Candidate, run: Run, lifted: Lifted = NOTHING_LIFTED) -> Iterator[str]:
        """All that protects an object, where ``against`` stops at the first; in the same order.

        Args:
            candidate: As for ``against``.
            run: As for ``against``.
            lifted: As for ``against``.

        Raises:
            Undecided: As for ``against``.
        """
        marking = marked(candidate.labels, candidate.annotations, run.now)
        rules: tuple[Callable[[], str | None], ...] = (
            lambda: self._by_place(candidate),
            lambda: self._by_kind(candidate) if candidate.kind in NAMED_HERE else None,
            lambda: self._by_recycling(candidate) if lifted.recycling else None,
            lambda: f"it {carries(candidate, run.now)}" if marking else None,
            lambda: "it is terminating" if candidate.terminating else None,
            lambda: None if lifted.owned else _by_owner(candidate, run),
            lambda: None if lifted.managed else _by_manager(candidate, run),
            lambda: self._by_namespace(candidate, run),
            lambda: self._by_service(candidate),
            lambda: None if lifted.marking else self._by_contents(candidate, run, lifted),
        )
        yield from filter(None, (rule() for rule in rules))

    def of_what_goes_along(
        self, candidate: Candidate, run: Run, lifted: Lifted = NOTHING_LIFTED, *, inside: bool = False
    ) -> str | None:
        """Why an object that would go along with another must stay, or None: by a protection that is not lifted.

        That it is owned, or terminating, keeps nothing: what it goes along with is what owns it.

        Args:
            candidate: The object; a Secret known by its metadata is not asked for its type.
            run: The run.
            lifted: What the policy takes although it is unfinished.
            inside: Whether it would go with its Namespace, which has been asked.

        Raises:
            Undecided: Its Namespace cannot be read; or the type of a Secret is none.
        """
        group = candidate.api_version.rpartition("/")[0]
        if marked(candidate.labels, candidate.annotations, run.now):
            return f"it {carries(candidate, run.now)}"
        if inside and (group, candidate.kind, candidate.name) in COMES_WITH_EVERY_NAMESPACE:
            return None
        typed = candidate.complete or (group, candidate.kind) != ("", "Secret")
        by_kind = self._by_kind(candidate) if typed else None
        return (
            (by_kind and f"{by_kind}{lifted_by(group, candidate.kind)}")
            or (None if lifted.managed else _by_manager(candidate, run))
            or (None if inside else self._by_place(candidate) or self._by_namespace(candidate, run))
        )

    def of_contents(self, candidate: Candidate, run: Run) -> str | None:
        """Why an object that would go along with another must stay for the sake of what is in it, or None.

        Asked right before the other goes, and no earlier: all that is in a Namespace is listed.

        Raises:
            Undecided: It cannot be told.
        """
        return self._by_contents(candidate, run, NOTHING_LIFTED)

    def _by_place(self, candidate: Candidate) -> str | None:
        namespace = candidate.namespace
        if candidate.kind == "Namespace" and _is_namespace(candidate):
            namespace = candidate.name
        grants = self.grants
        if not namespace or namespace in grants.namespaces:
            return None
        if namespace in PROTECTED_NAMESPACES:
            return f"namespace {namespace} is protected"
        if namespace == grants.own_namespace:
            return f"namespace {namespace} is the controller's own (--controller-namespace)"
        return None

    def _by_kind(self, candidate: Candidate) -> str | None:
        group = candidate.api_version.rpartition("/")[0]
        if not self.grants.lifted(group, candidate.kind):
            return f"kind {candidate.kind} is protected"
        if (group, candidate.kind) == ("", "Secret"):
            secret_type = candidate.get(_SECRET_TYPE)
            if secret_type is not MISSING and not isinstance(secret_type, str):
                raise Undecided("the type of the Secret is no text")
            if isinstance(secret_type, str) and not self.grants.lifted_type(secret_type):
                return secrets_are_protected(secret_type)
        return well_known(group, candidate)

    def _by_recycling(self, candidate: Candidate) -> str | None:
        """Why an object cannot be copied into the recycle bin, so that a policy that recycles leaves it alone."""
        kind = (candidate.api_version.rpartition("/")[0], candidate.kind)
        if kind == ("", "Secret") and not self.grants.recycle_secrets:
            return "Secrets are not recycled (--recycle-secrets allows it), and without a copy nothing goes"
        if kind in NEVER_RECYCLED:
            return f"{with_article(candidate.kind)} is never recycled, and without a copy nothing goes"
        return None

    def _by_namespace(self, candidate: Candidate, run: Run) -> str | None:
        if not candidate.namespace:
            return None
        namespace = run.namespace(candidate.namespace)
        labels, annotations = namespace.labels, namespace.annotations
        if (KEEP in labels or KEEP in annotations) and marked(labels, annotations, run.now):
            return f"its Namespace carries {KEEP}"
        return None

    def _by_service(self, candidate: Candidate) -> str | None:
        if candidate.kind != "Endpoints" or candidate.api_version != "v1":
            return None
        if self.has_service is None:
            raise Undecided("nobody can be asked for its Service")
        if self.has_service(candidate.namespace, candidate.name):
            return f"Service {candidate.name} is reached by it"
        return None

    def _by_contents(self, candidate: Candidate, run: Run, lifted: Lifted) -> str | None:
        namespace = _is_namespace(candidate)
        if self.kept_inside is None or not (namespace or is_definition(candidate)):
            return None

        def keeps(inner: Candidate) -> str | None:
            why = self.of_what_goes_along(inner, run, lifted, inside=namespace)
            return why if why or self.retained is None else self.retained(inner, run)

        return self.kept_inside(candidate, keeps)


def _by_owner(candidate: Candidate, run: Run) -> str | None:
    for owner in candidate.owner_references:
        if owner.controller and (why := looked_after(candidate, run)):
            lift = "`behavior.includeOwned: true` lifts this"
            return f"{why} {owner.kind} {owner.name} controls it ({lift})"
    return None


def _by_manager(candidate: Candidate, run: Run) -> str | None:
    manager = manager_of(candidate)
    if manager is None or not (_told_by_metadata(candidate) or looked_after(candidate, run)):
        return None
    return f"{manager} tracks it and would make it again (`behavior.includeManaged: true` lifts this)"


def is_definition(candidate: Candidate) -> bool:
    """Whether an object is a CustomResourceDefinition, with which all objects of its kind go."""
    return candidate.kind == "CustomResourceDefinition" and candidate.api_version.startswith("apiextensions.k8s.io/")


def placed_inside(owner: Candidate, candidate: Candidate) -> str:
    """Where an object that goes along with another is: its name, and its namespace where that is not the other itself."""
    return candidate.name if owner.name == candidate.namespace else placed(candidate.namespace, candidate.name)


def secrets_are_protected(secret_type: str) -> str:
    """What is said of a Secret of a protected type."""
    lift = "" if secret_type in SECRET_TYPES_LIFTED_BY_NOBODY else f" (--allow-secret-type {secret_type} lifts this)"
    return f"Secrets of type {secret_type} are protected{lift}"


def lifted_by(group: str, kind: str) -> str:
    """Which flag lifts the protection of a kind, in brackets; empty where there is none."""
    resource = PROTECTED_KINDS.get((group, kind)) if (group, kind) not in LIFTED_BY_NOBODY else None
    return f" (--allow-resource {resource} lifts this)" if resource else ""


def _is_namespace(candidate: Candidate) -> bool:
    return candidate.kind == "Namespace" and candidate.api_version == "v1"


def _told_by_metadata(candidate: Candidate) -> bool:
    """Whether all that will be known of an object is its metadata; then it counts as unfinished."""
    return not candidate.complete


def needs_whole(candidate: Candidate, lifted: Lifted, finishing: Finishing) -> bool:
    """Whether an object known by its metadata must be read whole before it is judged: whether it finished matters."""
    owned = not lifted.owned and any(owner.controller for owner in candidate.owner_references)
    looked_after = owned or (not lifted.managed and manager_of(candidate) is not None)
    return looked_after and may_finish(finishing, candidate.api_version, candidate.kind)
