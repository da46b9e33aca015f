"""A delete that an admission webhook holds up is not carried out when its time is over, though nobody tells the server that its sender left."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import json
import ssl
import threading
import time
from typing import TYPE_CHECKING, Any

from tests.cluster.client.conftest import Notes
from tests.cluster.controller.stage import until
from tests.harness.certificates import write_certificate
from tests.harness.kubeconfig import kubeconfig
from tests.proof.proxy.lines import Line
from tests.proof.proxy.listening import Listener
from zen_gc_core.cluster.authority import Authority
from zen_gc_core.cluster.connection import Connection
from zen_gc_core.cluster.errors import AuthorityLost
from zen_gc_core.cluster.observing import observe
from zen_gc_core.cluster.resource import Resource
from zen_gc_core.cluster.throttling import Throttle
from zen_gc_core.cluster.writing import Writer
from zen_gc_core.model.requests import Delete

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cluster.controller.stage import Stage

CONFIG_MAPS = Resource("", "v1", "configmaps", "ConfigMap", namespaced=True)
TIMEOUT = 2.0
LONGEST = 30
"""Seconds that an API server waits for a webhook at the most: longer than any lease is good for."""


class Pending(Listener):
    """A webhook that allows everything, when it is told to.

    Attributes:
        asked: set when a review has come.
        left: set when the API server does not wait for it any more.
    """

    def __init__(self, tls: ssl.SSLContext) -> None:
        super().__init__("webhook", tls)
        self.asked, self.left = threading.Event(), threading.Event()
        self._allowing = asyncio.Event()

    def allow(self) -> None:
        """Answer, from now on."""
        self.loop.call_soon_threadsafe(self._allowing.set)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.ends.add(writer)
        with contextlib.suppress(OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
            length = int(head.partition("content-length:")[2].split("\r\n")[0])
            review = json.loads(await reader.readexactly(length))
            self.asked.set()
            leaving = asyncio.ensure_future(reader.read(1))
            allowing = asyncio.ensure_future(self._allowing.wait())
            await asyncio.wait({leaving, allowing}, return_when=asyncio.FIRST_COMPLETED)
            allowing.cancel()
            if leaving.done():
                self.left.set()
            answer = json.dumps(
                {**review, "request": None, "response": {"uid": review["request"]["uid"], "allowed": True}}
            ).encode()
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n")
            writer.write(f"Content-Length: {len(answer)}\r\n\r\n".encode() + answer)
            await writer.drain()
            leaving.cancel()
        writer.transport.abort()
        self.ends.discard(writer)


def _configuration(stage: Stage, port: int, certificate: Path) -> dict[str, Any]:
    return {
        "apiVersion": "admissionregistration.k8s.io/v1",
        "kind": "ValidatingWebhookConfiguration",
        "metadata": {"name": stage.namespace},
        "webhooks": [
            {
                "name": "pending.example.com",
                "clientConfig": {
                    "url": f"https://127.0.0.1:{port}/",
                    "caBundle": base64.b64encode(certificate.read_bytes()).decode(),
                },
                "rules": [
                    {"apiGroups": [""], "apiVersions": ["v1"], "resources": ["configmaps"], "operations": ["DELETE"]}
                ],
                "namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": stage.namespace}},
                "objectSelector": {"matchLabels": {"held": "up"}},
                "failurePolicy": "Fail",
                "sideEffects": "None",
                "admissionReviewVersions": ["v1"],
                "timeoutSeconds": LONGEST,
            }
        ],
    }


def test_a_delete_whose_time_is_over_is_not_carried_out_late(real: Stage, tmp_path: Path) -> None:
    """The replica is cut off while the server waits for a webhook, and its lease passes to another one long before that answers."""
    certificate, key = tmp_path / "webhook.crt", tmp_path / "webhook.key"
    write_certificate(certificate, key)
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(certificate, key)
    token = json.loads(real.cluster.kubeconfig_path.read_text())["users"][0]["user"]["token"]
    authority = Authority.forever()
    with Pending(tls) as webhook, Line(real.cluster.url) as line, contextlib.ExitStack() as ends:
        configuration = _configuration(real, webhook.port, certificate)
        real.cluster.create(configuration)
        collection = "/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations"
        ends.callback(real.cluster.request, "DELETE", f"{collection}/{real.namespace}")
        config = tmp_path / "kubeconfig"
        config.write_text(
            json.dumps(kubeconfig(f"https://127.0.0.1:{line.port}", token=token, authority=real.cluster.authority))
        )
        connection = Connection.open(kubeconfig=config)
        writer = Writer(connection, authority.check, Throttle(), Notes(), timeout=TIMEOUT)

        made: list[str] = []

        def delete() -> None:
            made.append(real.make(metadata={"labels": {"held": "up"}}))
            observed = observe(connection, CONFIG_MAPS, real.namespace, made[-1])
            assert observed is not None
            with contextlib.suppress(AuthorityLost):
                writer.write(observed, Delete(), attempt_id=f"a-{made[-1]}")

        def send() -> None:
            while not webhook.asked.is_set():  # a configuration is in force a moment after it was made
                delete()

        sending = threading.Thread(target=send)
        sending.start()
        assert webhook.asked.wait(60), "the webhook is in force"
        line.cut()
        authority.end()
        webhook.left.wait(LONGEST - 5 * TIMEOUT)
        webhook.allow()
        sending.join(60)
        time.sleep(TIMEOUT)
        assert real.there(made[-1]), "it was deleted when nobody had the right to it any more"
        line.mend()
        authority.extend(float("inf"))
        delete()
        until(lambda: not real.there(made[-1]), "what is allowed in time goes")
