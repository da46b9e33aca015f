"""The oracle on a real cluster: it watches from the beginning of a run to its end, and counts."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Self

from tests.cluster.controller.stage import until
from tests.proof.oracle import auditing
from tests.proof.oracle.counting import Counts, Replicas, count, waiting
from tests.proof.oracle.recording import Recorder

if TYPE_CHECKING:
    from pathlib import Path
    from types import TracebackType

    from tests.cluster.controller.controllers import Replica
    from tests.harness.real import RealCluster

OWN = "zen-gc-proof"
"""The ClusterRoleBinding that gives the replicas their rights."""


@dataclass
class Oracle:
    """Watches a cluster and the replicas that it lets in, each under a name of its own.

    Args:
        cluster: the cluster, which writes down who asks for what.
        home: the controllers' namespace.
    """

    cluster: RealCluster
    home: str
    replicas: dict[str, Replica | None] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._recorder = Recorder(self.cluster.etcd_url)
        self._from = 0

    def __enter__(self) -> Self:
        log = self.cluster.audit_log
        self._from = log.stat().st_size if log.exists() else 0  # others' requests were before
        self._recorder.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._recorder.__exit__(kind, error, trace)

    def let_in(self, name: str) -> Path:
        """A kubeconfig for a replica: of a ServiceAccount of its Pod's name, so that the audit log tells replicas apart."""
        config = self.cluster.service_account_kubeconfig(self.home, name)
        binding = {
            "apiVersion": "rbac.authorization.k8s.io/v1",
            "kind": "ClusterRoleBinding",
            "metadata": {"name": f"{OWN}-{self.home}-{name}"},
            "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "cluster-admin"},
            "subjects": [{"kind": "ServiceAccount", "name": name, "namespace": self.home}],
        }
        self.cluster.create(binding)
        until(lambda: self._may_come_in(name), "the API server has seen the binding")
        self.replicas[name] = None
        return config

    def _may_come_in(self, name: str) -> bool:
        review = {
            "apiVersion": "authorization.k8s.io/v1",
            "kind": "SubjectAccessReview",
            "spec": {
                "user": f"system:serviceaccount:{self.home}:{name}",
                "resourceAttributes": {
                    "verb": "list",
                    "group": "gc.kube-zen.io",
                    "resource": "garbagecollectionpolicies",
                },
            },
        }
        answer = self.cluster.request("POST", "/apis/authorization.k8s.io/v1/subjectaccessreviews", review)
        return answer.status == 201 and bool(answer.body["status"]["allowed"])

    @property
    def gaps(self) -> list[str]:
        """What keeps the history from being whole."""
        return self._recorder.history.gaps

    def waiting(self) -> list[str]:
        """What is there and due now."""
        self._recorder.up_to_now()
        return waiting(self._recorder.history, self.home, time.time())

    def counts(self, *, logged: dict[str, str] | None = None) -> Counts:
        """Judge everything that went by now.

        Args:
            logged: intents beside those in the replicas' logs: uids by the attempt's id.

        Raises:
            AssertionError: there is a gap in what was seen.
        """
        self._recorder.up_to_now()
        now = time.time()
        history = self._recorder.history.so_far()  # first: what has gone by then was asked for, and logged before that
        assert not history.gaps, history.gaps
        intents = dict(logged or {})
        for replica in self.replicas.values():
            if replica is not None:
                records = replica.records(outcome="intended")
                intents |= {each["attempt_id"]: each["resource_uid"] for each in records}
        accounts = {f"system:serviceaccount:{self.home}:{name}": name for name in self.replicas}
        with self.cluster.audit_log.open("rb") as log:
            log.seek(self._from)
            asked = auditing.read(log)
        return count(history, asked, Replicas(self.home, accounts, intents), now)
