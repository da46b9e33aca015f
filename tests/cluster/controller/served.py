"""A webhook by itself, in this process, without the controller around it: with lifetimes of a test's own."""

from __future__ import annotations

import json
import ssl
from typing import TYPE_CHECKING, Any, Self

from cryptography import x509

from tests.cluster.controller.stage import until
from zen_gc_core.cluster.connection import Connection
from zen_gc_core.controller.admission.reviewing import Reviewer
from zen_gc_core.controller.admission.self_signed import SelfSigned
from zen_gc_core.controller.admission.trust import Trust
from zen_gc_core.controller.admission.webhook import Webhook
from zen_gc_core.controller.telling.metrics import Metrics
from zen_gc_core.controller.telling.webhook_log import WebhookLog
from zen_gc_core.engine.protections import Grants
from zen_gc_core.plugins import installed_entry_points, load_plugins

if TYPE_CHECKING:
    import io

    from tests.harness.cluster import Cluster
    from zen_gc_core.controller.admission.certificates import Lifetimes

VOCABULARY = load_plugins(installed_entry_points()).vocabulary


class Served:
    """The webhook of one replica.

    Args:
        cluster: the cluster.
        name: the name of its configuration.
        namespace: where its Secret is.
        lifetimes: how long its certificates are good.
        keeper: keeps the certificates, in the place of own ones.
        pause: seconds between two looks.

    Attributes:
        ready: what readiness was told last.
    """

    def __init__(
        self,
        cluster: Cluster,
        name: str,
        namespace: str,
        *,
        lifetimes: Lifetimes | None = None,
        keeper: Any = None,
        pause: float = 0.2,
    ) -> None:
        self.ready: bool | None = None
        self.metrics, self._log = Metrics("0.1.0"), WebhookLog()
        self.connection = Connection.open(kubeconfig=cluster.kubeconfig_path)
        self.keeper = keeper or SelfSigned(
            self.connection, name, namespace, self.metrics, self._log, lifetimes=lifetimes
        )
        self.trust = Trust(name, self.metrics, self._log, self._set_ready)
        reviewer = Reviewer(VOCABULARY, Grants(), self._log, self.metrics)
        self.webhook = Webhook(
            "127.0.0.1:0",
            name,
            self.connection,
            keeper=self.keeper,
            trust=self.trust,
            answer=reviewer.page,
            log=self._log,
            pause=pause,
        )
        self.port = self.webhook.port

    def _set_ready(self, ready: bool) -> None:  # noqa: FBT001  as it is called
        self.ready = ready

    def __enter__(self) -> Self:
        self.webhook.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.webhook.close()
        self.webhook.thread.join(60)
        self.connection.close()

    @property
    def trusted(self) -> bool:
        """Whether it knows itself trusted."""
        return b"\ngc_webhook_trusted 1.0" in self.metrics.exposition()

    def await_trust(self) -> Self:
        """Wait until it knows itself trusted."""
        until(lambda: self.trusted, "it is trusted")
        return self

    def shown(self) -> bytes:
        """The certificate that it shows now, in DER."""
        pem = ssl.get_server_certificate(("127.0.0.1", self.port), timeout=60)
        return ssl.PEM_cert_to_DER_cert(pem)

    def issuer(self) -> x509.Name:
        """The authority of the certificate that it shows now."""
        return x509.load_der_x509_certificate(self.shown()).issuer


def records(stream: io.StringIO, event: str) -> list[dict[str, Any]]:
    """The records of a phrase."""
    found = [json.loads(line) for line in stream.getvalue().splitlines()]
    return [record for record in found if record["event"] == event]
