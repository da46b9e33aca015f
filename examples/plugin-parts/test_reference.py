"""What objects of a kind of yours use, for `unreferenced`: a row for what none of their texts names by itself."""

from __future__ import annotations

from zen_gc_core import Reference, hookimpl
from zen_gc_core.testing import uses_of

MANIFEST = Reference("acme.io", "Shipment", "spec.port", to="ConfigMap", name="manifest-{value}")


@hookimpl
def zen_gc_references() -> list[Reference]:
    return [MANIFEST]


def test_a_shipment_uses_the_manifest_of_its_port() -> None:
    shipment = {"apiVersion": "acme.io/v1", "kind": "Shipment", "metadata": {"name": "a", "namespace": "sea"}}
    assert ("sea", "manifest-oslo") in uses_of([MANIFEST], {**shipment, "spec": {"port": "oslo"}}, "ConfigMap")
