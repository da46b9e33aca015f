"""The scenario of the admission webhook: an API server that reads whom to trust a second late calls it, while that changes."""

from __future__ import annotations

import base64
import time
from collections import deque
from typing import TYPE_CHECKING, Final

from tests.cluster.controller.hooked import CONFIGURATIONS, configuration
from tests.cluster.controller.stage import until
from zen_gc_core.controller.admission.contexts import distrust

if TYPE_CHECKING:
    from tests.proof.teeth.playing import Play

LATE: Final = 1.0
"""Seconds after which an API server has read what changed."""

_AFTER: Final = 3.0
"""Seconds for which the webhook is called once its authority was renewed."""


def who_trusts_the_webhook_goes_on_to(play: Play) -> str:
    """Its Secret is deleted, so that there is a new authority; each call has a connection of its own."""
    cluster = play.stage.cluster
    controller = play.start("--webhook-addr=127.0.0.1:0").awake()
    port = controller.await_record("webhook serving")["port"]
    cluster.create(configuration("zen-gc", port))
    controller.await_record("webhook trusted")
    secrets = f"/api/v1/namespaces/{play.stage.home}/secrets/zen-gc-webhook-ca"
    assert cluster.request("DELETE", secrets).status == 200
    read: deque[tuple[float, bytes]] = deque()
    calls = 0
    ends = float("inf")
    until(lambda: _read(play, read) and time.monotonic() - read[0][0] > LATE, "it has read for long enough")
    while time.monotonic() < ends:
        _read(play, read)
        while len(read) > 1 and time.monotonic() - read[1][0] >= LATE:
            read.popleft()
        calls += 1
        if why := distrust(read[0][1], "127.0.0.1", ("127.0.0.1", port)):
            return f"call {calls} of the webhook failed: {why}"
        if ends == float("inf") and len(controller.records("webhook certificate changed", which="ca")) == 2:
            ends = time.monotonic() + _AFTER
        time.sleep(0.05)
    return ""


def _read(play: Play, read: deque[tuple[float, bytes]]) -> bool:
    """Note whom the configuration trusts now."""
    hook = play.stage.cluster.request("GET", f"{CONFIGURATIONS}/zen-gc").body["webhooks"][0]
    read.append((time.monotonic(), base64.b64decode(hook["clientConfig"].get("caBundle", ""))))
    return True
