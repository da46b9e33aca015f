"""Planning without a cluster: policies and objects from files, one instant, the plans. The same judging as everywhere."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from zen_gc_core.engine.asking import Planned
from zen_gc_core.engine.case import Case
from zen_gc_core.engine.expanding import by_wildcard, expanded, meant, missing_exceptions, wildcards
from zen_gc_core.engine.planning import conclude, tally_of
from zen_gc_core.engine.protections import Protections
from zen_gc_core.engine.reaching import denied, namespaces_of
from zen_gc_core.engine.relating_files import related_in
from zen_gc_core.engine.resolving import resolve_targets
from zen_gc_core.engine.retaining.standing import keeping_what_is_retained
from zen_gc_core.engine.scaling import count_paths_in, uncountable
from zen_gc_core.engine.schemas import misnamed, schemas_of
from zen_gc_core.engine.shares import Count, counts_in_population, identity, kind_key
from zen_gc_core.engine.versions import by_kind, sums_of
from zen_gc_core.instants import EARLIEST
from zen_gc_core.keywords import Run
from zen_gc_core.model.names import group_of
from zen_gc_core.model.policy import Policy, Problem
from zen_gc_core.model.replicas import DEFINITION
from zen_gc_core.model.scope import TheseNamespaces
from zen_gc_core.texts import counted, listed

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from zen_gc_core.engine.asking import Asking
    from zen_gc_core.engine.compiling import Compilation, CompiledPolicy
    from zen_gc_core.engine.files import Files
    from zen_gc_core.engine.shares import Counts, KindKey
    from zen_gc_core.engine.tallying import Tally
    from zen_gc_core.model.candidate import Candidate
    from zen_gc_core.model.plan import Plan
    from zen_gc_core.model.policy import Target
    from zen_gc_core.model.replicas import CountPaths


def plan_offline(compilations: Iterable[Compilation], files: Files, asking: Asking) -> list[Planned]:
    """Plan policies over the objects of files, each by itself."""
    return list(plans_offline(compilations, files, asking))


def plans_offline(compilations: Iterable[Compilation], files: Files, asking: Asking) -> Iterator[Planned]:
    """As ``plan_offline``, each plan when it is asked for: nobody has to hold the plans of all policies at once."""
    return (_planned(compilation, files, asking) for compilation in compilations)


def _planned(compilation: Compilation, files: Files, asking: Asking) -> Planned:
    compiled = compilation.compiled
    if compiled is None:
        return Planned(compilation, None)

    def lives(target: Target) -> bool:
        return files.namespaced(target.api_version, target.kind)

    policy = compiled.policy
    if wildcards(policy):
        compilation = replace(compilation, warnings=(*compilation.warnings, *_misspelt(policy, files)))
        policy = expanded(policy, files.kinds())
    resolved = resolve_targets(policy, lives, cross_namespace=asking.grants.cross_namespace)
    if isinstance(resolved, Policy):
        resolved = (
            denied(compiled, resolved, files.namespaced)
            or uncountable(replace(compiled, policy=resolved), _count_paths(files))
            or next(iter(misnamed(compiled, schemas_of(files))), None)
            or resolved
        )
    if isinstance(resolved, Problem):
        return Planned(replace(compilation, compiled=None, errors=(*compilation.errors, resolved)), None)
    warnings = (*compilation.warnings, *_unseen(resolved, files))
    plan = _plan(replace(compiled, policy=resolved), files, asking)
    return Planned(replace(compilation, warnings=(*warnings, *plan.notes)), plan)


def _misspelt(policy: Policy, files: Files) -> Iterator[Problem]:
    """Say what a wildcard leaves out under a name that is like that of a kind of the files."""
    there = {(group_of(kind.api_version), kind.kind) for kind in files.kinds()}
    for excepted in missing_exceptions(policy, there):
        if near := meant(excepted, there):
            yield Problem(excepted.path, f"the files hold no {excepted}, but {near} objects: is that the kind?")


def _unseen(policy: Policy, files: Files) -> Iterator[Problem]:
    """Say where a policy looks at no object, or at those of another version."""
    for target in policy.targets:
        if target.wildcard is not None:
            continue
        others = files.converted(target.api_version, target.kind)
        if others:
            yield Problem(
                f"{target.path}.apiVersion",
                f"the files hold {target.kind} objects of {listed(others)}: they are read as they are, and a server "
                f"would convert them to {target.api_version}",
            )
        places = files.places_of(target.api_version, target.kind)
        if not places:
            nearby = files.nearby(target.api_version, target.kind)
            if nearby is not None:
                yield Problem(target.path, nearby)
        elif not any(map(target.scope.takes, places)):
            yield _out_of_reach(policy, target, len(files.of_kind(target.api_version, target.kind)), sorted(places))


def _out_of_reach(policy: Policy, target: Target, count: int, places: Sequence[str]) -> Problem:
    """Objects of a kind are there, and all of them in other Namespaces than those of the policy."""
    own = isinstance(target.scope, TheseNamespaces) and target.scope.names == {policy.reference.namespace}
    there = listed(places) if len(places) <= 3 else f"{', '.join(places[:3])}, …"
    asked = f"Namespace {policy.reference.namespace}" if own else "these Namespaces"
    return Problem(
        "metadata.namespace" if own else f"{target.path}.namespaces",
        f"the files hold no {target.kind} in {asked}; {counted(count, 'is', 'are')} in {there}",
    )


def _plan(compiled: CompiledPolicy, files: Files, asking: Asking) -> Plan:
    run = Run(
        asking.now,
        compiled.reference,
        files.namespace,
        finishing=compiled.finishing,
        held_from=compiled.policy.held_from or EARLIEST,
        count_path=_count_paths(files),
    )
    if compiled.relations:
        run = replace(run, related=related_in(files, compiled.relations, run, everything=asking.everything))
    protections = keeping_what_is_retained(Protections(asking.grants, files.kept_inside, files.has_service), compiled)
    case = Case(compiled, run, protections, record=True, record_skipped=asking.skipped, record_groups=asking.groups)
    if asking.watch is not None:
        asking.watch(case)
    tallies = []
    kinds = list(dict.fromkeys((target.api_version, target.kind) for target in compiled.policy.targets))
    for kind in kinds:
        targets = compiled.targets_of(*kind)
        tally = tally_of(case, targets)
        tallies.append(tally)
        names = namespaces_of(targets)  # on a cluster nothing is looked at beyond
        for candidate in files.of_kind(*kind):
            if names is None or candidate.namespace in names:
                tally.offer(candidate)

    def counts() -> Counts:
        return _counts(case, tallies, (candidate for kind in kinds for candidate in files.of_kind(*kind)))

    return conclude(case, tallies, counts, asking.veto)


def _count_paths(files: Files) -> CountPaths:
    return count_paths_in(lambda: (each.object for each in files.of_kind(*DEFINITION)))


def _counts(case: Case, tallies: Sequence[Tally], everything: Iterable[Candidate]) -> Counts:
    """The unfinished objects of each kind: those that are due, and all in scope."""
    there: dict[KindKey, set[str]] = {}
    for candidate in everything:
        key = kind_key(candidate.api_version.rpartition("/")[0], candidate.kind)
        if counts_in_population(case.compiled.targets_of_kind(key), candidate, case.run):
            there.setdefault(key, set()).add(identity(candidate))
    return {
        key: Count(sums_of(them).unfinished, len(there.get(key, ())))
        for key, them in by_kind(tallies).items()
        if sums_of(them).due or not by_wildcard(case.compiled.targets_of_kind(key))
    }
