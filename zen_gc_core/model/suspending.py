"""Suspending: the request that tells an object to start nothing more, and the one that lets it go on.

One merge patch does it: the switch, and the annotation that says who turned it, are written together or not at all.
"""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar, Final

from zen_gc_core.errors import Undecided
from zen_gc_core.fieldpaths import MISSING, FieldPath
from zen_gc_core.model.finishing import BUILT_IN, Finishing
from zen_gc_core.model.policy import GROUP
from zen_gc_core.model.requests import MARKED_AT, MARKED_BY, Patch, Words
from zen_gc_core.model.results import Result, Written

if TYPE_CHECKING:
    from collections.abc import Mapping

    from zen_gc_core.model.candidate import Candidate

SUSPENDED: Final = f"{GROUP}/suspended"
"""The annotation that says that a policy suspended the object, and by which field."""

_SUSPEND: Final = "spec.suspend"
_PAUSED: Final = "spec.paused"
_OF_A_RUN: Final = "spec.runPolicy.suspend"

SUSPENDABLE: Final[Mapping[tuple[str, str], str]] = {
    ("batch", "Job"): _SUSPEND,
    ("batch", "CronJob"): _SUSPEND,
    ("kustomize.toolkit.fluxcd.io", "Kustomization"): _SUSPEND,
    ("helm.toolkit.fluxcd.io", "HelmRelease"): _SUSPEND,
    ("source.toolkit.fluxcd.io", "GitRepository"): _SUSPEND,
    ("source.toolkit.fluxcd.io", "HelmRepository"): _SUSPEND,
    ("source.toolkit.fluxcd.io", "HelmChart"): _SUSPEND,
    ("source.toolkit.fluxcd.io", "Bucket"): _SUSPEND,
    ("source.toolkit.fluxcd.io", "OCIRepository"): _SUSPEND,
    ("image.toolkit.fluxcd.io", "ImageRepository"): _SUSPEND,
    ("image.toolkit.fluxcd.io", "ImageUpdateAutomation"): _SUSPEND,
    ("notification.toolkit.fluxcd.io", "Receiver"): _SUSPEND,
    ("argoproj.io", "Rollout"): _PAUSED,
    ("argoproj.io", "Workflow"): _SUSPEND,
    ("argoproj.io", "CronWorkflow"): _SUSPEND,
    ("jobset.x-k8s.io", "JobSet"): _SUSPEND,
    ("trainer.kubeflow.org", "TrainJob"): _SUSPEND,
    ("kubeflow.org", "PyTorchJob"): _OF_A_RUN,
    ("kubeflow.org", "TFJob"): _OF_A_RUN,
    ("kubeflow.org", "XGBoostJob"): _OF_A_RUN,
    ("kubeflow.org", "MPIJob"): _OF_A_RUN,
    ("ray.io", "RayJob"): _SUSPEND,
    ("ray.io", "RayCluster"): _SUSPEND,
    ("sparkoperator.k8s.io", "ScheduledSparkApplication"): _SUSPEND,
    ("postgresql.cnpg.io", "ScheduledBackup"): _SUSPEND,
    ("velero.io", "Schedule"): _PAUSED,
    ("volsync.backube", "ReplicationSource"): _PAUSED,
}
"""The groups and kinds that can be told to rest, with the field that does it, false unless it is given."""

_PATHS: Final = {path: FieldPath.parse(path) for path in SUSPENDABLE.values()}


class _Switching(Patch):
    __slots__ = ()

    reads: ClassVar[tuple[str, ...] | None] = ("spec", "status")

    turned_on: ClassVar[bool]

    def body(self, candidate: Candidate) -> dict[str, Any]:
        """The switch, and the annotations."""
        path = field_of(candidate)
        value: Any = self.turned_on
        for key in reversed(path.split(".")):
            value = {key: value}
        return {**value, "metadata": {"annotations": self.noted(path)}}

    @abstractmethod
    def noted(self, path: str) -> dict[str, str | None]:
        """The annotations that are written with the switch.

        Args:
            path: The switch.
        """

    def read(self, document: Mapping[str, Any], uid: str) -> Written:
        """The switch must be turned: what a version of the kind does not know is dropped by the server in silence."""
        read = super().read(document, uid)
        api_version, kind = document.get("apiVersion"), document.get("kind")
        path = SUSPENDABLE.get((str(api_version).rpartition("/")[0], str(kind)))
        value: Any = document
        for key in path.split(".") if path else ():
            value = value.get(key) if isinstance(value, dict) else None
        if read.result is self.done and (value is True) is not self.turned_on:
            return Written(Result.FAILED, "the server took it, and left it as it was")
        return read


@dataclass(frozen=True, slots=True)
class Suspend(_Switching):
    """Ask for an object to start nothing more until somebody lets it go on.

    Args:
        finishing: The kinds that are known to finish: what has finished is left alone.
    """

    done: ClassVar[Result] = Result.SUSPENDED
    words: ClassVar[Words] = Words("suspend", "suspending", "suspension")
    turned_on: ClassVar[bool] = True

    finishing: Finishing = field(default=BUILT_IN, repr=False, compare=False)
    _signature: Mapping[str, str] = field(default_factory=dict, repr=False)

    def signed(self, signature: Mapping[str, str]) -> Suspend:
        """With the annotations of the signature."""
        return Suspend(self.finishing, signature)

    def carried_by(self, candidate: Candidate) -> str | None:
        """What rests already is left alone, and what has finished: there is nothing that it could start."""
        if suspended(candidate):
            return "it is suspended already"
        return "it has finished" if self.finishing.says_finished(candidate) else None

    def noted(self, path: str) -> dict[str, str | None]:
        """Who did it, and how."""
        return {**self._signature, SUSPENDED: path}


@dataclass(frozen=True, slots=True)
class Resume(_Switching):
    """Ask for an object that a policy suspended to go on.

    Args:
        annotations: Annotations to set with it.
    """

    done: ClassVar[Result] = Result.RESUMED
    words: ClassVar[Words] = Words("resume", "resuming", "resumption")
    turned_on: ClassVar[bool] = False

    annotations: Mapping[str, str] = field(default_factory=dict)

    def carried_by(self, candidate: Candidate) -> str | None:
        """Nobody has let it go on in the meantime."""
        return None if suspended(candidate) else "it is not suspended"

    def noted(self, path: str) -> dict[str, str | None]:  # noqa: ARG002  the same for each switch
        """What the suspension wrote is removed, so that no policy takes the object for a marked one."""
        return {**dict.fromkeys((SUSPENDED, MARKED_AT, MARKED_BY)), **self.annotations}


def field_of(candidate: Candidate) -> str:
    """The field by which an object is suspended.

    Raises:
        Undecided: Its kind has none that is known.
    """
    path = SUSPENDABLE.get((candidate.api_version.rpartition("/")[0], candidate.kind))
    if path is None:
        raise Undecided(f"it is not known how {candidate.kind} objects are suspended")
    return path


def suspended(candidate: Candidate) -> bool:
    """Whether an object rests.

    Raises:
        Undecided: It does not say.
    """
    path = field_of(candidate)
    value = candidate.get(_PATHS[path])
    if value is MISSING or value is None:
        return False
    if not isinstance(value, bool):
        raise Undecided(f"{path} is neither true nor false")
    return value
