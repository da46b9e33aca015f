"""Objects that have finished, one for each row of the table and more where a kind ends in several ways.

Each is a status as the kind's own controllers write it, and the instant at which it finished.
"""

from __future__ import annotations

from typing import Any

AT = "2026-01-01T10:00:00Z"
LATER = "2026-01-01T11:00:00Z"


def condition(kind: str, status: str = "True", reason: str = "", at: str | None = AT) -> dict[str, Any]:
    """A condition of a status."""
    return {"type": kind, "status": status, "reason": reason, "lastTransitionTime": at}


def thing(api_version: str, kind: str, status: Any, **metadata: Any) -> dict[str, Any]:
    """An object that was made at nine."""
    born = {"name": "a", "namespace": "ml", "creationTimestamp": "2026-01-01T09:00:00Z"}
    return {"apiVersion": api_version, "kind": kind, "metadata": {**born, **metadata}, "status": status}


def _ended(at: str | None = AT) -> dict[str, Any]:
    return {"name": "main", "state": {"terminated": {"exitCode": 0, "finishedAt": at}}}


def _kubeflow(kind: str, *, end: str = "Succeeded", version: str = "v1") -> dict[str, Any]:
    conditions = [condition("Created"), condition("Running", "False"), condition(end)]
    return thing(f"kubeflow.org/{version}", kind, {"completionTime": AT, "conditions": conditions})


def _k8up(kind: str) -> dict[str, Any]:
    conditions = [condition("Progressing", "False", "Finished"), condition("Completed", reason="Succeeded")]
    return thing("k8up.io/v1", kind, {"started": True, "finished": True, "conditions": conditions})


def _velero(kind: str, phase: str = "Completed", version: str = "v1") -> dict[str, Any]:
    return thing(f"velero.io/{version}", kind, {"phase": phase, "startTimestamp": AT, "completionTimestamp": AT})


def _tekton(kind: str, status: str = "True", version: str = "v1") -> dict[str, Any]:
    return thing(f"tekton.dev/{version}", kind, {"completionTime": AT, "conditions": [condition("Succeeded", status)]})


def _request(ready: str, reason: str, **status: Any) -> dict[str, Any]:
    return thing(
        "cert-manager.io/v1",
        "CertificateRequest",
        {"conditions": [condition("Approved", at="2026-01-01T09:00:05Z"), condition("Ready", ready, reason)], **status},
    )


def _order(state: str, **status: Any) -> dict[str, Any]:
    writes = [
        {"manager": "cert-manager", "subresource": "status", "time": AT},
        {"manager": "cert-manager-acmesolver", "time": LATER},
        {"manager": "cert-manager-orders", "subresource": "status", "time": "2026-01-01T09:30:00Z"},
    ]
    return thing("acme.cert-manager.io/v1", "Order", {"state": state, **status}, managedFields=writes)


EXAMPLES: dict[str, dict[str, Any]] = {
    "Job complete": thing("batch/v1", "Job", {"completionTime": AT, "conditions": [condition("Complete", at=LATER)]}),
    "Job failed": thing("batch/v1", "Job", {"failed": 4, "conditions": [condition("Failed", reason="BackoffLimit")]}),
    "Pod": thing("v1", "Pod", {"phase": "Succeeded", "containerStatuses": [_ended()]}),
    "Pod evicted": thing("v1", "Pod", {"phase": "Failed", "conditions": [condition("DisruptionTarget")]}),
    "JobSet": thing("jobset.x-k8s.io/v1alpha2", "JobSet", {"conditions": [condition("Completed")], "restarts": 0}),
    "Workload": thing("kueue.x-k8s.io/v1beta1", "Workload", {"conditions": [condition("Finished")]}),
    "PipelineRun": _tekton("PipelineRun"),
    "PipelineRun failed": _tekton("PipelineRun", "False", version="v1beta1"),
    "TaskRun": _tekton("TaskRun"),
    "CustomRun": _tekton("CustomRun", version="v1beta1"),
    "Run": _tekton("Run", version="v1alpha1"),
    "Workflow": thing("argoproj.io/v1alpha1", "Workflow", {"phase": "Error", "startedAt": AT, "finishedAt": AT}),
    "AnalysisRun": thing("argoproj.io/v1alpha1", "AnalysisRun", {"phase": "Inconclusive", "completedAt": AT}),
    "Build": thing("build.openshift.io/v1", "Build", {"phase": "Cancelled", "completionTimestamp": AT}),
    "BuildRun": thing(
        "shipwright.io/v1beta1", "BuildRun", {"completionTime": AT, "conditions": [condition("Succeeded", "False")]}
    ),
    "MPIJob": _kubeflow("MPIJob", version="v2beta1"),
    "PyTorchJob": _kubeflow("PyTorchJob", end="Failed"),
    "TFJob": _kubeflow("TFJob"),
    "XGBoostJob": _kubeflow("XGBoostJob"),
    "PaddleJob": _kubeflow("PaddleJob"),
    "MXJob": _kubeflow("MXJob"),
    "JAXJob": _kubeflow("JAXJob"),
    "Experiment": _kubeflow("Experiment", version="v1beta1"),
    "Trial": _kubeflow("Trial", end="EarlyStopped", version="v1beta1"),
    "Trial killed": _kubeflow("Trial", end="Killed", version="v1beta1"),
    "TrainJob": thing("trainer.kubeflow.org/v1alpha1", "TrainJob", {"conditions": [condition("Complete")]}),
    "RayJob": thing(
        "ray.io/v1", "RayJob", {"jobStatus": "SUCCEEDED", "jobDeploymentStatus": "Complete", "endTime": AT}
    ),
    "SparkApplication": thing(
        "sparkoperator.k8s.io/v1beta2",
        "SparkApplication",
        {"applicationState": {"state": "COMPLETED"}, "lastSubmissionAttemptTime": AT, "terminationTime": AT},
    ),
    "Volcano Job": thing(
        "batch.volcano.sh/v1alpha1",
        "Job",
        {"state": {"phase": "Completed", "lastTransitionTime": AT}, "succeeded": 3, "minAvailable": 3},
    ),
    "Velero Backup": _velero("Backup", "PartiallyFailed"),
    "Velero Restore": _velero("Restore"),
    "PodVolumeBackup": _velero("PodVolumeBackup"),
    "PodVolumeRestore": _velero("PodVolumeRestore", "Failed"),
    "DataUpload": _velero("DataUpload", "Canceled", version="v2alpha1"),
    "DataDownload": _velero("DataDownload", version="v2alpha1"),
    "CNPG Backup": thing(
        "postgresql.cnpg.io/v1", "Backup", {"phase": "completed", "startedAt": "2026-01-01T09:00:01Z", "stoppedAt": AT}
    ),
    "K8up Backup": _k8up("Backup"),
    "K8up Restore": _k8up("Restore"),
    "K8up Archive": _k8up("Archive"),
    "K8up Check": _k8up("Check"),
    "K8up Prune": _k8up("Prune"),
    "CertificateRequest issued": _request("True", "Issued", certificate="x"),
    "CertificateRequest failed": _request("False", "Failed", failureTime=AT),
    "CertificateRequest denied": _request("False", "Denied"),
    "Order": _order("valid", certificate="x"),
    "Order failed": _order("errored", failureTime=AT),
    "VirtualMachineInstanceMigration": thing(
        "kubevirt.io/v1",
        "VirtualMachineInstanceMigration",
        {
            "phase": "Succeeded",
            "phaseTransitionTimestamps": [
                {"phase": "Running", "phaseTransitionTimestamp": "2026-01-01T09:30:00Z"},
                {"phase": "Succeeded", "phaseTransitionTimestamp": AT},
            ],
        },
    ),
}

RUNNING: dict[str, dict[str, Any]] = {
    "Job with a Pod of its own": thing("batch/v1", "Job", {"active": 1, "conditions": [condition("Complete")]}),
    "Job whose Pods still end": thing("batch/v1", "Job", {"conditions": [condition("FailureTarget")], "failed": 1}),
    "Pod unknown": thing("v1", "Pod", {"phase": "Unknown", "conditions": [condition("Ready", "False")]}),
    "Workflow running again": thing("argoproj.io/v1alpha1", "Workflow", {"phase": "Running", "finishedAt": AT}),
    "RayJob retried": thing("ray.io/v1", "RayJob", {"jobDeploymentStatus": "Retrying", "endTime": AT}),
    "RayJob contradicting itself": thing(
        "ray.io/v1", "RayJob", {"jobDeploymentStatus": "Complete", "jobStatus": "RUNNING", "endTime": AT}
    ),
    "Experiment restarted": thing(
        "kubeflow.org/v1beta1",
        "Experiment",
        {"completionTime": AT, "conditions": [condition("Restarting"), condition("Running")]},
    ),
    "Experiment restarted, with its old end": thing(
        "kubeflow.org/v1beta1",
        "Experiment",
        {"completionTime": AT, "conditions": [condition("Succeeded"), condition("Running")]},
    ),
    "Trial that awaits its metrics": thing(
        "kubeflow.org/v1beta1",
        "Trial",
        {"conditions": [condition("Running", "False"), condition("Succeeded", "False", "MetricsUnavailable")]},
    ),
    "SparkApplication rerun": thing(
        "sparkoperator.k8s.io/v1beta2",
        "SparkApplication",
        {"applicationState": {"state": "PENDING_RERUN"}, "terminationTime": AT},
    ),
    "Volcano Job aborted, to be resumed": thing(
        "batch.volcano.sh/v1alpha1", "Job", {"state": {"phase": "Aborted", "lastTransitionTime": AT}}
    ),
    "Velero Backup finalizing": _velero("Backup", "FinalizingPartiallyFailed"),
    "CNPG Backup without its WAL": thing("postgresql.cnpg.io/v1", "Backup", {"phase": "walArchivingFailing"}),
    "CertificateRequest pending": _request("False", "Pending", failureTime=None),
    "CertificateRequest of an issuer that says nothing": _request("True", ""),
    "Order pending": _order("pending"),
    "K8up Backup under way": thing(
        "k8up.io/v1", "Backup", {"conditions": [condition("Completed"), condition("Progressing")]}
    ),
    "unknown kind with a phase of running": thing("example.com/v1", "T", {"phase": "Running", "completedAt": AT}),
    "unknown kind with a state of queueing": thing("example.com/v1", "T", {"state": "QUEUED", "endTime": AT}),
    "unknown kind with a nested state": thing(
        "example.com/v1", "T", {"state": {"phase": "In-Progress"}, "endTime": AT}
    ),
    "unknown kind that restarts": thing(
        "example.com/v1", "T", {"finishedAt": AT, "conditions": [condition("Restarting")]}
    ),
    "unknown kind that is active": thing(
        "example.com/v1", "T", {"stoppedAt": AT, "conditions": [condition("Succeeded"), condition("Active")]}
    ),
}
