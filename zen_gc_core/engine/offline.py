"""Planning without a cluster: policies and objects from files, one instant, the plans.

The same judging as everywhere; what a cluster would be asked is answered from the files: which kinds live in
namespaces, which marks Namespaces carry, how many objects there are.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from zen_gc_core.engine.kinds import built_in
from zen_gc_core.engine.planning import Case, Tally, conclude, unfinished_in_scope
from zen_gc_core.engine.protections import Grants, Protections, marked
from zen_gc_core.engine.resolving import resolve_targets
from zen_gc_core.errors import Undecided
from zen_gc_core.keywords import Namespace, Run
from zen_gc_core.model.policy import Problem
from zen_gc_core.model.scope import Unwritten

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Iterable, Sequence

    from zen_gc_core.engine.compiling import Compilation, CompiledPolicy
    from zen_gc_core.model.candidate import Candidate
    from zen_gc_core.model.plan import Plan, Veto
    from zen_gc_core.model.policy import Target

DEFAULT_NAMESPACE = "default"


@dataclass(frozen=True, slots=True)
class Planned:
    """A policy and its plan.

    Args:
        compilation: The policy, with its errors and warnings.
        plan: The plan; None for an invalid policy, and where it could not be made.
        failure: Why it could not be made; None when it could, and for an invalid policy.
    """

    compilation: Compilation
    plan: Plan | None
    failure: str | None = None


class Files:
    """The objects of files, standing in for a cluster.

    Args:
        objects: The objects; of two with the same kind, namespace and name the later one counts.
        policies: The policies that will be planned: a kind of which nothing is known lives in no namespace when one
            of them names it without namespaces.
    """

    def __init__(self, objects: Iterable[Candidate], policies: Iterable[Compilation] = ()) -> None:
        found = list(objects)
        self._scopes = dict(_definitions(found))
        self._placed = {(candidate.api_version, candidate.kind) for candidate in found if candidate.namespace}
        self._unwritten = {
            (target.api_version, target.kind)
            for compilation in policies
            if compilation.compiled is not None
            for target in compilation.compiled.policy.targets
            if isinstance(target.scope, Unwritten)
        }
        self._objects: dict[tuple[str, str, str, str], Candidate] = {}
        for candidate in found:
            if not self.namespaced(candidate.api_version, candidate.kind):
                candidate.namespace = ""  # as an API server drops it
            elif not candidate.namespace:
                candidate.namespace = DEFAULT_NAMESPACE
            key = (candidate.api_version, candidate.kind, candidate.namespace, candidate.name)
            self._objects[key] = candidate
        self._by_kind: dict[tuple[str, str], list[Candidate]] = {}
        for candidate in self._objects.values():
            self._by_kind.setdefault((candidate.api_version, candidate.kind), []).append(candidate)

    def namespaced(self, api_version: str, kind: str) -> bool:
        """Whether a kind lives in namespaces: Kubernetes' own, by its definition, else by its objects.

        A kind of which nothing is known counts as namespaced, its objects being in ``default``, unless a policy
        names it without namespaces.
        """
        known = built_in(api_version, kind)
        if known is not None:
            return known.namespaced
        defined = self._scopes.get((api_version.rpartition("/")[0], kind))
        if defined is not None:
            return defined
        return (api_version, kind) in self._placed or (api_version, kind) not in self._unwritten

    def of_kind(self, api_version: str, kind: str) -> Sequence[Candidate]:
        """The objects of a kind, in the order of the files."""
        return self._by_kind.get((api_version, kind), ())

    def namespace(self, name: str) -> Namespace:
        """A Namespace; one that is not in the files carries no marks.

        Raises:
            Undecided: Its metadata is malformed, which tells nothing of its marks.
        """
        found = self._objects.get(("v1", "Namespace", "", name))
        if found is None:
            return Namespace(name, {}, {}, None)
        if found.malformed is not None:
            raise Undecided(f"its Namespace {name} cannot be read: {found.malformed}")
        return Namespace(name, found.labels, found.annotations, found.object)

    def has_service(self, namespace: str, name: str) -> bool:
        """Whether a Service is in the files.

        Raises:
            Undecided: No Service at all is in them, which does not say that there is none.
        """
        if not self._by_kind.get(("v1", "Service")):
            raise Undecided("the files hold no Services: add them")
        return ("v1", "Service", namespace, name) in self._objects

    def kept_inside(self, namespace: str, now: dt.datetime) -> str | None:
        """Why something in a Namespace must be kept, or None.

        Raises:
            Undecided: The metadata of something in it is malformed, which tells nothing of its marks.
        """
        inside = [candidate for candidate in self._objects.values() if candidate.namespace == namespace]
        for candidate in inside:
            if marked(candidate.labels, candidate.annotations, now):
                return f"{candidate.kind} {candidate.name} in it carries the keep mark"
        for candidate in inside:
            if candidate.malformed is not None:
                raise Undecided(f"{candidate.kind} {candidate.name} in it cannot be read: {candidate.malformed}")
        return None


def _definitions(objects: Iterable[Candidate]) -> Iterable[tuple[tuple[str, str], bool]]:
    for candidate in objects:
        if candidate.kind == "CustomResourceDefinition" and candidate.api_version.startswith("apiextensions.k8s.io/"):
            spec = candidate.object.get("spec")
            names = spec.get("names") if isinstance(spec, dict) else None
            if isinstance(spec, dict) and isinstance(names, dict):
                yield (_text(spec.get("group")), _text(names.get("kind"))), spec.get("scope") != "Cluster"


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


@dataclass(frozen=True, slots=True)
class Asking:
    """How plans are asked for.

    Args:
        now: The instant.
        grants: What is allowed beyond the protections.
        skipped: Whether scanned but unmatched objects get a decision, too.
        veto: Asks the plugins about a plan.
    """

    now: dt.datetime
    grants: Grants
    skipped: bool = False
    veto: Callable[[Plan], tuple[Veto, ...]] | None = None


def plan_offline(compilations: Iterable[Compilation], files: Files, asking: Asking) -> list[Planned]:
    """Plan policies over the objects of files, each by itself."""
    return [_planned(compilation, files, asking) for compilation in compilations]


def _planned(compilation: Compilation, files: Files, asking: Asking) -> Planned:
    compiled = compilation.compiled
    if compiled is None:
        return Planned(compilation, None)

    def lives(target: Target) -> bool:
        return files.namespaced(target.api_version, target.kind)

    resolved = resolve_targets(compiled.policy, lives, cross_namespace=asking.grants.cross_namespace)
    if isinstance(resolved, Problem):
        return Planned(replace(compilation, compiled=None, errors=(*compilation.errors, resolved)), None)
    return Planned(compilation, _plan(replace(compiled, policy=resolved), files, asking))


def _plan(compiled: CompiledPolicy, files: Files, asking: Asking) -> Plan:
    run = Run(asking.now, compiled.reference, files.namespace, finishing=compiled.finishing)
    protections = Protections(asking.grants, lambda name: files.kept_inside(name, asking.now), files.has_service)
    case = Case(compiled, run, protections, record=True, record_skipped=asking.skipped)
    tallies = []
    everything = []
    for kind in dict.fromkeys((target.api_version, target.kind) for target in compiled.policy.targets):
        tally = Tally(case, compiled.targets_of(*kind))
        tallies.append(tally)
        for candidate in files.of_kind(*kind):
            everything.append(candidate)
            tally.offer(candidate)
    return conclude(
        case,
        tallies,
        lambda: sum(unfinished_in_scope(compiled, candidate, run) for candidate in everything),
        asking.veto,
    )
