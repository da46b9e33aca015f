"""The table: kinds that run and end, each as its own controllers tell that it ended. Data; the rules are in ``rows``.

A state that is not named here is one of running. Where a kind's controller may take an end back (Katib's restarts,
Volcano's Aborted), it is not named, or evidence of running overrules it.
"""

from __future__ import annotations

from typing import Final

from zen_gc_core.model.finishing.rows import Condition, Entry, Finishes

_PHASE: Final = "status.phase"
_COMPLETION: Final = ("status.completionTime",)
_COMPLETION_STAMP: Final = ("status.completionTimestamp",)
_COMPLETE_OR_FAILED: Final = (Condition("Complete"), Condition("Failed"))
_COMPLETED_OR_FAILED: Final = (Condition("Completed"), Condition("Failed"))
_SUCCEEDED_OR_FAILED: Final = (Condition("Succeeded"), Condition("Failed"))
_SUCCEEDED_OR_NOT: Final = (Condition("Succeeded"), Condition("Succeeded", "False"))
_MOVED: Final = ("Completed", "Failed", "Canceled")
_BACKED_UP: Final = ("Completed", "PartiallyFailed", "Failed", "FailedValidation")

_KUBERNETES: Final = (
    Finishes("batch", "Job", conditions=_COMPLETE_OR_FAILED, at=_COMPLETION, running=("status.active",), released=True),
    Finishes(
        "",
        "Pod",
        state=_PHASE,
        states=("Succeeded", "Failed"),
        at=(
            "status.containerStatuses[].state.terminated.finishedAt",
            "status.initContainerStatuses[].state.terminated.finishedAt",
            "status.ephemeralContainerStatuses[].state.terminated.finishedAt",
            "status.conditions[].lastTransitionTime",
        ),
        latest=True,
        status_write=True,
        released=True,
    ),
    Finishes("jobset.x-k8s.io", "JobSet", conditions=_COMPLETED_OR_FAILED),
    Finishes("kueue.x-k8s.io", "Workload", conditions=(Condition("Finished"),)),
)
_PIPELINES: Final = (
    *(
        Finishes("tekton.dev", kind, conditions=_SUCCEEDED_OR_NOT, at=_COMPLETION, released=True)
        for kind in ("PipelineRun", "TaskRun", "CustomRun", "Run")
    ),
    Finishes(
        "argoproj.io",
        "Workflow",
        state=_PHASE,
        states=("Succeeded", "Failed", "Error"),
        at=("status.finishedAt",),
        time_says=True,
        released=True,
    ),
    Finishes(
        "argoproj.io",
        "AnalysisRun",
        state=_PHASE,
        states=("Successful", "Failed", "Error", "Inconclusive"),
        at=("status.completedAt",),
    ),
    Finishes(
        "build.openshift.io",
        "Build",
        state=_PHASE,
        states=("Complete", "Failed", "Error", "Cancelled"),
        at=_COMPLETION_STAMP,
    ),
    Finishes("shipwright.io", "BuildRun", conditions=_SUCCEEDED_OR_NOT, at=_COMPLETION, released=True),
)
_TRAINING: Final = (
    *(
        Finishes("kubeflow.org", kind, conditions=_SUCCEEDED_OR_FAILED, at=_COMPLETION, released=True)
        for kind in ("MPIJob", "PyTorchJob", "TFJob", "XGBoostJob", "PaddleJob", "MXJob", "JAXJob", "Experiment")
    ),
    Finishes(
        "kubeflow.org",
        "Trial",
        conditions=(*_SUCCEEDED_OR_FAILED, Condition("Killed"), Condition("EarlyStopped")),
        at=_COMPLETION,
        released=True,
    ),
    Finishes("trainer.kubeflow.org", "TrainJob", conditions=_COMPLETE_OR_FAILED),
    Finishes(
        "ray.io",
        "RayJob",
        state="status.jobDeploymentStatus",
        states=("Complete", "Failed"),
        at=("status.endTime",),
        running=("status.jobStatus",),
    ),
    Finishes(
        "sparkoperator.k8s.io",
        "SparkApplication",
        state="status.applicationState.state",
        states=("COMPLETED", "FAILED"),
        at=("status.terminationTime",),
    ),
    Finishes(
        "batch.volcano.sh",
        "Job",
        state="status.state.phase",
        states=("Completed", "Failed", "Terminated"),
        at=("status.state.lastTransitionTime",),
        running=("status.running", "status.pending"),
    ),
)
_BACKUPS: Final = (
    *(
        Finishes("velero.io", kind, state=_PHASE, states=_BACKED_UP, at=_COMPLETION_STAMP)
        for kind in ("Backup", "Restore")
    ),
    *(
        Finishes("velero.io", kind, state=_PHASE, states=_MOVED, at=_COMPLETION_STAMP)
        for kind in ("PodVolumeBackup", "PodVolumeRestore", "DataUpload", "DataDownload")
    ),
    Finishes("postgresql.cnpg.io", "Backup", state=_PHASE, states=("completed", "failed"), at=("status.stoppedAt",)),
    *(
        Finishes("k8up.io", kind, conditions=(Condition("Completed"),))
        for kind in ("Backup", "Restore", "Archive", "Check", "Prune")
    ),
)
_OTHERS: Final = (
    Finishes(
        "cert-manager.io",
        "CertificateRequest",
        conditions=(
            Condition("Ready", "True", ("Issued",)),
            Condition("Ready", "False", ("Failed", "Denied")),
        ),
        at=("status.failureTime",),
    ),
    Finishes(
        "acme.cert-manager.io",
        "Order",
        state="status.state",
        states=("valid", "invalid", "expired", "errored"),
        at=("status.failureTime",),
        status_write=True,
    ),
    Finishes(
        "kubevirt.io",
        "VirtualMachineInstanceMigration",
        state=_PHASE,
        states=("Succeeded", "Failed"),
        entry=Entry("status.phaseTransitionTimestamps", key="phase", time="phaseTransitionTimestamp"),
    ),
)

ROWS: Final = (*_KUBERNETES, *_PIPELINES, *_TRAINING, *_BACKUPS, *_OTHERS)
"""Every row; there is one at most for a group and kind."""
