"""Compiling: from a parsed policy and a vocabulary to a policy that judges objects; once a generation."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final

from zen_gc_core.engine.building import CompilingTooLong, Workshop
from zen_gc_core.engine.declaring import Declared, about_absence
from zen_gc_core.engine.identity import DIGEST_DIGITS, NOTHING, UNKNOWN, SelfReads, difference, digest_of
from zen_gc_core.engine.matching import Matcher, reads_of
from zen_gc_core.engine.opting_in import beyond_metadata, opted_in
from zen_gc_core.engine.parsing import limits
from zen_gc_core.engine.protections import Grants, Lifted
from zen_gc_core.engine.remarks import about_the_account, about_the_action, protected_targets
from zen_gc_core.engine.requesting import held, reads_of_requests
from zen_gc_core.engine.retaining.compiling import compile_retain
from zen_gc_core.engine.shares import kind_key
from zen_gc_core.engine.undoing import undone
from zen_gc_core.model.accounts import account_of
from zen_gc_core.model.finishing import BUILT_IN, Finishing
from zen_gc_core.model.held_marks import HoldMark, Unmark
from zen_gc_core.model.polarity import Polarity
from zen_gc_core.model.policy import Policy, PolicyReference, Problem
from zen_gc_core.model.reads import WHOLE, Reads
from zen_gc_core.model.reasons import Reason

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Iterator, Mapping

    from zen_gc_core.engine.parsing import ParsedPolicy
    from zen_gc_core.engine.retaining.compiling import Retention
    from zen_gc_core.engine.shares import KindKey
    from zen_gc_core.keywords import Compiled, Run
    from zen_gc_core.model.accounts import Account
    from zen_gc_core.model.candidate import Candidate
    from zen_gc_core.model.decision import Decision
    from zen_gc_core.model.policy import KeywordUse, Target
    from zen_gc_core.model.requests import Request
    from zen_gc_core.vocabulary import Vocabulary


HOLDS_ALWAYS: Final = (
    "counts from when the conditions began to hold, and there are none: from when a run first sees the object"
)


@dataclass(frozen=True, slots=True)
class CompiledPolicy:
    """A policy that judges objects.

    Args:
        policy: The policy as parsed.
        expiry: The TTL: when an object is due; None: never.
        expiry_words: Says what that instant is made of; None when the TTL does not say.
        matcher: The conditions.
        request: The action: what to ask for when an object is due.
        requests: Which requests that may be.
        reads: What TTL, conditions, field selectors and the action's requests read of an object, protections aside.
        lifted: What it takes although it is unfinished.
        self_reads: What it reads of its own labels and annotations.
        finishing: The kinds that are known to finish.
        retention: What it retains of each group of objects; None: nothing.
        relations: The other objects on which its keywords depend.
        holding: Where the TTL counts from when the conditions began to hold: when an object would be due, had they begun
            now; None where it does not.
        shares_allowance: Whether it has several expressions that may cost much: they share one allowance on an object.
        written: What its author wrote at a native place.
        account: As whom its requests are made; None: as the controller.
        start: The instant from which the TTL counts, for people; None when it counts from none, or does not say.
        expiry_reads: What the TTL declared that it looks at.
        after_creation: How long after its creation each object is due, where that is all that the TTL says; else None.
    """

    policy: Policy
    expiry: Callable[[Candidate, Run], dt.datetime | None]
    expiry_words: Callable[[Candidate, Run], str] | None
    matcher: Matcher
    request: Callable[[Decision, Run], Request]
    requests: tuple[type[Request], ...]
    reads: Reads
    lifted: Lifted = field(default_factory=Lifted)
    self_reads: SelfReads = NOTHING
    finishing: Finishing = BUILT_IN
    retention: Retention | None = None
    relations: tuple[Declared, ...] = ()
    holding: Callable[[Candidate, Run], dt.datetime | None] | None = None
    shares_allowance: bool = False
    written: Callable[[str], str] = str
    account: Account | None = None
    start: Callable[[Candidate, Run], dt.datetime | None] | None = None
    expiry_reads: Reads = WHOLE
    after_creation: dt.timedelta | None = None

    @property
    def lifted_until_whole(self) -> Lifted:
        """What is lifted of an object known by its metadata alone: it is read whole before it goes."""
        own = self.lifted  # asked once an object: ``replace`` would cost three times as much
        return Lifted(owned=True, managed=True, marking=own.marking, recycling=own.recycling)

    @property
    def writes(self) -> tuple[type[Request], ...]:
        """All that a run may ask for: what the action does, and the marks that say since when the conditions hold."""
        unmarks = (Unmark,) if self.policy.behavior.while_holding else ()
        return (*self.requests, HoldMark, Unmark) if self.holding is not None else (*self.requests, *unmarks)

    @property
    def reference(self) -> PolicyReference:
        """Which policy, and which state of it."""
        return self.policy.reference

    def difference(self, metadata: Mapping[str, Any]) -> str | None:
        """What the policy's metadata, read anew, has that it had not when it was compiled; None: nothing that matters."""
        return difference(self.reference, metadata, self.self_reads)

    def targets_of(self, api_version: str, kind: str) -> tuple[Target, ...]:
        """The targets that look at a kind."""
        return tuple(
            target for target in self.policy.targets if target.kind == kind and target.api_version == api_version
        )

    def targets_of_kind(self, key: KindKey) -> tuple[Target, ...]:
        """The targets that look at a kind, in whatever version."""
        return tuple(target for target in self.policy.targets if kind_key(target.group, target.kind) == key)


@dataclass(frozen=True, slots=True)
class Compilation:
    """What came of compiling a policy.

    Args:
        reference: Which policy.
        compiled: The policy; None when there are errors.
        errors: All that is wrong with it, at the places that the user wrote.
        warnings: What its author should look at.
    """

    reference: PolicyReference
    compiled: CompiledPolicy | None
    errors: tuple[Problem, ...]
    warnings: tuple[Problem, ...]

    def difference(self, metadata: Mapping[str, Any]) -> str | None:
        """As ``CompiledPolicy.difference``, also of a policy with errors: any change may mend them."""
        return self.compiled.difference(metadata) if self.compiled else difference(self.reference, metadata, UNKNOWN)

    @property
    def digest(self) -> str:
        """What an approval of it names; empty when it has errors, and where there can be none."""
        return self.compiled.policy.digest if self.compiled else ""

    @property
    def reason(self) -> Reason:
        """The reason of the Ready condition for its errors."""
        reasons = {problem.reason for problem in self.errors}
        return reasons.pop() if len(reasons) == 1 else Reason.INVALID_POLICY


def compile_policy(
    parsed: ParsedPolicy, vocabulary: Vocabulary, grants: Grants | None = None, check: Callable[[], object] = bool
) -> Compilation:
    """Compile a policy; all of its problems are reported at once, the first 20 of them in words.

    Args:
        parsed: The parsed policy, also one with errors of its own.
        vocabulary: The installed keywords.
        grants: What whoever runs the program allows; decides which warnings apply, and which marks.
        check: Asked from time to time; may raise CompilingTooLong, which refuses the policy.
    """
    try:
        return _compile(parsed, vocabulary, grants or Grants(), check)
    except CompilingTooLong as error:
        return Compilation(parsed.reference, None, (Problem("spec", str(error)),), ())


def _compile(parsed: ParsedPolicy, vocabulary: Vocabulary, grants: Grants, check: Callable[[], object]) -> Compilation:
    policy = parsed.policy
    workshop = Workshop(parsed.reference, policy.targets if policy else (), vocabulary, grants.marks, check=check)
    matcher = workshop.matchers(parsed.conditions or {}, "spec.conditions")
    ttl = workshop.keyword(vocabulary.ttls, parsed.ttl, polarity=Polarity.EITHER) if parsed.ttl else None
    action = workshop.keyword(vocabulary.actions, parsed.action, asked_of_objects=False) if parsed.action else None
    for target in policy.targets if policy else ():
        workshop.check_field_selector(target)
    retain = policy.retain if policy else None
    retention = compile_retain(retain, workshop, ttl.start if ttl else None) if retain else None
    if policy is not None and ttl is not None:
        policy, problems = opted_in(policy, ttl.needs)
        workshop.errors += problems
        workshop.errors += beyond_metadata(policy, _parts(policy, matcher, ttl, vocabulary, retention))
    if policy is not None:
        workshop.errors += about_the_action(policy, vocabulary, grants)
        workshop.errors += about_the_account(policy, grants)
    if ttl is not None and parsed.ttl is not None:
        _tell_absence(workshop, ttl, parsed.ttl)
        if ttl.holding is not None and parsed.conditions == {}:
            workshop.warnings.append(Problem(parsed.ttl.path, HOLDS_ALWAYS))
    errors = (*parsed.errors, *(_written(problem, parsed) for problem in workshop.errors))
    warnings = (*parsed.warnings, *(_written(problem, parsed) for problem in workshop.warnings))
    if errors or policy is None or ttl is None or action is None:
        return Compilation(parsed.reference, None, _told(errors), _told(warnings))
    requests = vocabulary.actions[policy.action.name].requests
    request = held(action.call, requests, grants.marks)
    reads = matcher.reads | reads_of(ttl) | reads_of_requests(requests)
    for target in policy.targets:
        reads |= _selecting(target)
    if retention is not None:
        reads |= retention.reads
    lifted = Lifted(
        owned=policy.behavior.include_owned,
        managed=policy.behavior.include_managed,
        marking=not any(kind.removes for kind in requests),
        recycling=policy.behavior.recycle is not None,
    )
    self_reads = SelfReads.of(workshop.expressions.policy_reads, by_plugins=workshop.account.by_plugins)
    digest = digest_of(parsed.reference, parsed.spec, self_reads)
    policy = replace(policy, digest=digest[:DIGEST_DIGITS], full_digest=digest)
    finishing = vocabulary.finishing
    compiled = CompiledPolicy(
        policy=policy,
        expiry=ttl.call,
        expiry_words=ttl.explain,
        matcher=matcher,
        request=request,
        requests=requests,
        reads=reads,
        lifted=lifted,
        self_reads=self_reads,
        finishing=finishing,
        retention=retention,
        relations=tuple(workshop.relations),
        holding=ttl.holding,
        shares_allowance=workshop.expressions.metered > 1,
        written=parsed.spelling.written,
        account=account_of(policy, grants.default_account),
        start=ttl.start,
        expiry_reads=reads_of(ttl),
        after_creation=ttl.after_creation,
    )
    warnings += tuple(_written(problem, parsed) for problem in undone(policy))
    return Compilation(parsed.reference, compiled, (), _told((*warnings, *protected_targets(policy, grants, parsed))))


def _tell_absence(workshop: Workshop, ttl: Compiled[Any], use: KeywordUse) -> None:
    """Say what is wrong with taking objects because there is no other, or what its author should look at."""
    found = about_absence(workshop.relations, ttl, use)
    if found is not None:
        how, problem = found
        (workshop.errors if how == "error" else workshop.warnings).append(problem)


def _selecting(target: Target) -> Reads:
    """What the field selector of a target reads of an object."""
    fields = target.field_selector.fields if target.field_selector else ()
    return Reads(frozenset(path.segments for path, _ in fields))


def _parts(
    policy: Policy, matcher: Matcher, ttl: Compiled[Any], vocabulary: Vocabulary, retention: Retention | None
) -> Iterator[tuple[str, Reads]]:
    """The parts of a policy, and what each reads of an object."""
    yield "spec.conditions", matcher.reads
    yield policy.ttl.path, reads_of(ttl)
    action = vocabulary.actions.get(policy.action.name)
    yield policy.action.path, reads_of_requests(action.requests if action else ())
    if retention is not None:
        yield "spec.retain", retention.reads
    for target in policy.targets:
        yield f"{target.path}.fieldSelector", _selecting(target)


def unreadable(reference: PolicyReference, why: str) -> Compilation:
    """What comes of a policy that cannot be read: it is invalid, by itself.

    Args:
        reference: Which policy; as much of it as could be read.
        why: Why it cannot be read, in one line that quotes nothing of it.
    """
    return Compilation(reference, None, (Problem("", f"the policy is not understood: {why}"),), ())


def _told(problems: tuple[Problem, ...]) -> tuple[Problem, ...]:
    """The first of them, and how many more there are."""
    more = len(problems) - limits.PROBLEMS
    return problems if more <= 0 else (*problems[: limits.PROBLEMS], Problem("", f"and {more:,} more"))


def _written(problem: Problem, parsed: ParsedPolicy) -> Problem:
    return Problem(parsed.written(problem.path), problem.message, problem.reason)
