"""A policy: what an operator wrote, parsed. Keywords are still raw here; compiling gives them their meaning."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from zen_gc_core.model.calendars import ALWAYS, Calendar
from zen_gc_core.model.reasons import Reason
from zen_gc_core.model.scope import EveryNamespace, Scope, matches_globs
from zen_gc_core.texts import placed, visible_lines

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime, timedelta

    from zen_gc_core.model.retain import Retain
    from zen_gc_core.model.selectors import FieldSelector, LabelSelector
    from zen_gc_core.model.wildcards import OptIn, Wildcard

GROUP: Final = "gc.kube-zen.io"
API_VERSION: Final = f"{GROUP}/v1alpha1"
NAMESPACED: Final = "GarbageCollectionPolicy"
CLUSTER: Final = "ClusterGarbageCollectionPolicy"
MOST_IN_A_BATCH: Final = 20
"""The most writes between two looks at the policy."""


@dataclass(frozen=True, slots=True)
class Problem:
    """Something wrong, or worth a warning, in a policy.

    Args:
        path: Where, in the words that the user wrote (``spec.ttl.secondsAfterCreation``).
        message: What, in one line.
        reason: The reason of the Ready condition that it makes: ``INVALID_POLICY`` or ``SCOPE_DENIED``.
    """

    path: str
    message: str
    reason: Reason = Reason.INVALID_POLICY

    def __str__(self) -> str:
        """The one spelling for people: what the author wrote stands in it, and no terminal obeys it."""
        return visible_lines(f"{self.path}: {self.message}" if self.path else self.message)


@dataclass(frozen=True, slots=True)
class PolicyReference:
    """Which policy, and which state of it.

    Args:
        kind: ``GarbageCollectionPolicy`` or ``ClusterGarbageCollectionPolicy``.
        namespace: Its namespace; empty for a cluster policy.
        name: Its name.
        uid: Its uid; empty for policies from files.
        generation: Its generation; 0 for policies from files.
        labels: Its labels.
        annotations: Its annotations.
    """

    kind: str
    namespace: str
    name: str
    uid: str = ""
    generation: int = 0
    labels: Mapping[str, str] = field(default_factory=dict, compare=False)
    annotations: Mapping[str, str] = field(default_factory=dict, compare=False)

    def __str__(self) -> str:
        return placed(self.namespace, self.name)


@dataclass(frozen=True, slots=True)
class Target:
    """One entry of ``targetResources``: which objects the policy looks at.

    Args:
        api_version: Group and version.
        kind: The kind.
        scope: The namespaces; for a cluster-scoped kind ``EveryNamespace``.
        include_names: Globs of which one must match the name.
        exclude_names: Globs of which none may.
        namespace_selector: Labels that the Namespace must carry; None asks nothing.
        label_selector: Labels that the object must carry; None asks nothing.
        field_selector: Fields that must have a value; None asks nothing.
        path: Where it stands in the policy, in the user's words.
        wildcard: Which kinds it means, where it means every kind but some; a kind that is resolved from it keeps it.
        opt_in: What the object must carry so that a wildcard takes it; None asks nothing.
    """

    api_version: str
    kind: str
    scope: Scope = field(default_factory=EveryNamespace)
    include_names: tuple[str, ...] = ("*",)
    exclude_names: tuple[str, ...] = ()
    namespace_selector: LabelSelector | None = None
    label_selector: LabelSelector | None = None
    field_selector: FieldSelector | None = None
    path: str = "spec.targetResources[0]"
    wildcard: Wildcard | None = None
    opt_in: OptIn | None = None

    @property
    def group(self) -> str:
        """The API group; empty for the core group."""
        group, slash, _ = self.api_version.rpartition("/")
        return group if slash else ""

    def takes_name(self, name: str) -> bool:
        """Whether the globs take a name."""
        if self.include_names == ("*",) and not self.exclude_names:
            return True
        return matches_globs(name, self.include_names, self.exclude_names)


@dataclass(frozen=True, slots=True)
class Breaker:
    """When a run is too much and acts on nothing.

    Args:
        max_objects: The most objects that a run may act on; None sets no limit.
        max_percent: The most of all unfinished objects of these kinds in scope, in percent.
        min_objects: From how many unfinished objects on the percentage counts.
    """

    max_objects: int | None = None
    max_percent: int = 50
    min_objects: int = 100


@dataclass(frozen=True, slots=True)
class Recycle:
    """That what is deleted is copied first: without a copy, no delete.

    Args:
        keep_for: How long a copy is kept, at least.
    """

    keep_for: timedelta


@dataclass(frozen=True, slots=True)
class Behavior:
    """How a policy acts.

    Args:
        dry_run: Whether it only says what it would do.
        max_deletions_per_second: The most writes a second; None takes the controller's default.
        batch_size: The most writes between two looks at the policy, 1 to 20; None takes the controller's default.
        include_owned: Whether objects with a controller owner may be taken although they are unfinished.
        include_managed: Whether objects that Argo CD, Flux or Helm tracks may be taken although they are unfinished.
        while_holding: Whether what its action wrote is taken away from objects that meet the policy no more.
        breaker: When a run is too much.
        recycle: Whether what it deletes is copied into the recycle bin first; None: it is not.
        notice: How long before objects are due that is told; None: it is not.
    """

    dry_run: bool = False
    max_deletions_per_second: float | None = None
    batch_size: int | None = None
    include_owned: bool = False
    include_managed: bool = False
    while_holding: bool = False
    breaker: Breaker = field(default_factory=Breaker)
    recycle: Recycle | None = None
    notice: timedelta | None = None


@dataclass(frozen=True, slots=True)
class KeywordUse:
    """A keyword as a policy uses it: its name and its raw configuration.

    Args:
        name: The keyword.
        config: Its configuration, decoded JSON.
        path: Where it stands, natively (``spec.ttl.afterCreation``).
    """

    name: str
    config: Any
    path: str


@dataclass(frozen=True, slots=True)
class Policy:
    """A policy whose own fields are right; its keywords have yet to be compiled.

    Args:
        reference: Which policy, and which state of it.
        targets: What it looks at; at least one.
        conditions: The condition map, raw; empty holds for all.
        ttl: The one TTL.
        action: The one action.
        behavior: How it acts.
        evaluation_interval: How often it runs; None takes the controller's default.
        paused: Whether it rests.
        digest: What an approval names; empty until it is compiled, and where there can be none.
        full_digest: All of that digest, of which approvals name the beginning.
        retain: What it retains of each group of objects; None: nothing.
        calendar: When it acts.
        held_from: From when its marks count, as its status says; None: it does not say.
        service_account: As which ServiceAccount of its namespace it acts, as it is written; empty where it does not say.
    """

    reference: PolicyReference
    targets: tuple[Target, ...]
    conditions: Mapping[str, Any]
    ttl: KeywordUse
    action: KeywordUse
    behavior: Behavior = field(default_factory=Behavior)
    evaluation_interval: timedelta | None = None
    paused: bool = False
    digest: str = ""
    full_digest: str = ""
    retain: Retain | None = None
    calendar: Calendar = ALWAYS
    held_from: datetime | None = None
    service_account: str = ""
