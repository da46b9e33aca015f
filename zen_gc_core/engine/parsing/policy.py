"""Reading a policy: from decoded JSON of any shape to a parsed policy, or to all that is wrong with it."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final

from zen_gc_core.engine.parsing import legacy
from zen_gc_core.engine.parsing.behavior import read_behavior, read_interval
from zen_gc_core.engine.parsing.calendars import read_calendar, warn_of_short_windows
from zen_gc_core.engine.parsing.document import Place, Problems
from zen_gc_core.engine.parsing.keyword_uses import read_action, read_conditions, read_ttl
from zen_gc_core.engine.parsing.misplaced import HOMES, MEANT
from zen_gc_core.engine.parsing.references import read_account, read_reference
from zen_gc_core.engine.parsing.retain import read_retain
from zen_gc_core.engine.parsing.scopes import Reach
from zen_gc_core.engine.parsing.spelling import Spelling
from zen_gc_core.engine.parsing.targets import read_targets
from zen_gc_core.errors import InputError
from zen_gc_core.instants import parse_instant
from zen_gc_core.model.policy import CLUSTER, NAMESPACED, KeywordUse, Policy, PolicyReference, Problem

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping

TOP_FIELDS: Final = ("apiVersion", "kind", "metadata", "spec", "status")
"""The fields of a policy."""

RESERVED: Final = ("variables", "approval")
"""Fields of ``spec`` that a later version will give a meaning."""

FIELDS: Final = (
    "targetResources",
    "conditions",
    "ttl",
    "retain",
    "action",
    "behavior",
    "schedule",
    "windows",
    "blackouts",
    "evaluationInterval",
    "paused",
    "serviceAccountName",
)
"""The fields of ``spec``, natively."""


@dataclass(frozen=True, slots=True)
class ParsedPolicy:
    """What came of reading a policy.

    Args:
        reference: Which policy; as much of it as could be read.
        policy: The policy; None when there are errors.
        conditions: Its condition map, raw; None when there is no such map. Here also beside errors, as are the next
            two, so that the keywords can be checked and everything be reported at once.
        ttl: Its TTL; None when it has not exactly one.
        action: Its action; None when it has not exactly one.
        errors: What refuses it, at the places that the user wrote.
        warnings: What its author should look at, likewise.
        spelling: What the user wrote at a native place.
        spec: The spec as it was written; empty when there is none.
    """

    reference: PolicyReference
    policy: Policy | None
    conditions: Mapping[str, Any] | None
    ttl: KeywordUse | None
    action: KeywordUse | None
    errors: tuple[Problem, ...]
    warnings: tuple[Problem, ...]
    spelling: Spelling = field(default_factory=Spelling, repr=False, compare=False)
    spec: Mapping[str, Any] = field(default_factory=dict, repr=False, compare=False)

    def written(self, path: str) -> str:
        """What the user wrote at a native place: ``spec.ttl.after.wait`` may be ``spec.ttl.secondsAfterCreation``."""
        return self.spelling.written(path)


def parse_policy(
    document: Any, *, allow_cross_namespace: bool = False, default_namespace: str = "default"
) -> ParsedPolicy:
    """Read a policy of either kind, in the native or in the Go program's spelling.

    Never raises: whatever the document is, the answer says what is wrong with it.

    Args:
        document: Decoded JSON of any shape.
        allow_cross_namespace: Whether a namespaced policy may name other namespaces. An empty namespace in the Go
            program's spelling then means all, as it did there; natively, unwritten namespaces are the policy's own.
        default_namespace: Where a namespaced policy is that names no namespace: what kubectl's context says.
    """
    problems = Problems(homes=HOMES, meant=MEANT)
    top = Place(document, "", problems).fields(TOP_FIELDS, nullable=("status",))
    if top is None:
        return _answer(problems, PolicyReference(NAMESPACED, "", ""))
    reference = read_reference(top, default_namespace)
    reach = Reach(None if reference.kind == CLUSTER else reference.namespace, allow_cross_namespace)
    spec = top.required("spec")
    if spec is None or spec.entries() is None:
        return _answer(problems, reference)
    parsed = _parsed(reference, spec, reach)
    if parsed.policy is None:
        return parsed
    return replace(parsed, policy=replace(parsed.policy, held_from=_held_from(document)))


def _held_from(document: Mapping[str, Any]) -> dt.datetime | None:
    """From when its marks count, as the status says; what is no instant says nothing."""
    status = document.get("status")
    with suppress(InputError):
        return parse_instant(status.get("heldFrom") if isinstance(status, dict) else None, dates=False)
    return None


def _parsed(reference: PolicyReference, written: Place, reach: Reach) -> ParsedPolicy:
    problems = written.problems
    spec = Place(legacy.rewrite(written.value, problems, reach), "spec", problems).fields((*FIELDS, *RESERVED))
    if spec is None:
        return _answer(problems, reference)
    for name in RESERVED:
        if name in spec.present:
            spec.present[name].refuse("is reserved for a later version: not yet")
    targets = read_targets(spec.required("targetResources", "is missing: a policy needs targets"), reach)
    conditions = read_conditions(spec.get("conditions"))
    ttl, action = read_ttl(spec), read_action(spec)
    retain = read_retain(spec.get("retain"))
    behavior = read_behavior(spec.get("behavior"))
    calendar = read_calendar(spec)
    interval = read_interval(spec.get("evaluationInterval"), namespaced=reference.kind != CLUSTER)
    warn_of_short_windows(spec, calendar, interval)
    paused = spec.boolean("paused", default=False)
    account = read_account(spec.get("serviceAccountName"), namespaced=reference.kind != CLUSTER)
    policy = None
    if conditions is not None and ttl is not None and action is not None and not problems.errors:
        policy = Policy(
            reference,
            targets,
            conditions,
            ttl,
            action,
            behavior,
            interval,
            paused,
            retain=retain,
            calendar=calendar,
            service_account=account,
        )
    answer = _answer(problems, reference, policy=policy, conditions=conditions, ttl=ttl, action=action)
    return replace(answer, spec=written.value)


def _answer(  # noqa: PLR0913  the parts of the answer
    problems: Problems,
    reference: PolicyReference,
    *,
    policy: Policy | None = None,
    conditions: Mapping[str, Any] | None = None,
    ttl: KeywordUse | None = None,
    action: KeywordUse | None = None,
) -> ParsedPolicy:
    return ParsedPolicy(
        reference, policy, conditions, ttl, action, tuple(problems.errors), tuple(problems.warnings), problems.spelling
    )
