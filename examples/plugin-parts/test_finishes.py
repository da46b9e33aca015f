"""When objects of a kind of yours have finished: a row, for `afterFinished`, owned objects and the breaker."""

from __future__ import annotations

import datetime as dt

from zen_gc_core import Finishes, hookimpl
from zen_gc_core.testing import finish_of

SHIPMENT = Finishes("acme.io", "Shipment", state="status.state", states=("delivered", "lost"), at=("status.closedAt",))


@hookimpl
def zen_gc_finishes() -> list[Finishes]:
    return [SHIPMENT]


def test_a_shipment_on_its_way_has_not_finished() -> None:
    made = {"name": "a", "creationTimestamp": "2026-01-01T09:00:00Z"}
    shipment = {"apiVersion": "acme.io/v1", "kind": "Shipment", "metadata": made, "status": {"state": "sailing"}}
    assert finish_of(SHIPMENT, shipment) is None
    status = {"state": "delivered", "closedAt": "2026-01-01T10:00:00Z"}
    assert finish_of(SHIPMENT, {**shipment, "status": status}) == dt.datetime(2026, 1, 1, 10, tzinfo=dt.UTC)
