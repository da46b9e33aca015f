"""A registry of metrics that knows which of its series are a policy's own. The one importer of ``prometheus_client``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeVar

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector
from prometheus_client.exposition import generate_latest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from prometheus_client import Metric
    from prometheus_client.metrics import MetricWrapperBase

    from zen_gc_core.model.policy import PolicyReference

M = TypeVar("M", bound="MetricWrapperBase")

CONTENT_TYPE: Final = "text/plain; version=0.0.4; charset=utf-8"
"""The classic text format: OpenMetrics has no gauges that end in ``_total``, and the Go program's dashboards need them."""


class Registry:
    """Metrics of one program, those of its process among them; what is about policies is for one thread at a time."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self._of_policy: dict[tuple[str, str], set[tuple[MetricWrapperBase, tuple[str, ...]]]] = {}
        ProcessCollector(registry=self._registry)

    def counter(self, name: str, text: str, labels: tuple[str, ...]) -> Counter:
        """Make a metric that only grows.

        Args:
            name: Its name, without ``_total``.
            text: What it counts.
            labels: The names of its labels.
        """
        return Counter(name, text, labels, registry=self._registry)

    def gauge(self, name: str, text: str, labels: tuple[str, ...]) -> Gauge:
        """Make a metric that is set; as ``counter``."""
        return Gauge(name, text, labels, registry=self._registry)

    def histogram(self, name: str, text: str, labels: tuple[str, ...], buckets: tuple[float, ...]) -> Histogram:
        """Make a metric of sizes; as ``counter``, with the upper bounds of its buckets."""
        return Histogram(name, text, labels, buckets=buckets, registry=self._registry)

    def at(self, metric: M, policy: PolicyReference, *labels: str) -> M:
        """The series of a policy, remembered as its own.

        Args:
            metric: A metric whose first labels are a policy's namespace and name.
            policy: The policy.
            labels: The values of its other labels.
        """
        key = policy.namespace, policy.name
        values = (*key, *labels)
        self._of_policy.setdefault(key, set()).add((metric, values))
        return metric.labels(*values)

    def drop(self, metric: MetricWrapperBase, policy: PolicyReference) -> None:
        """Remove a policy's series of one metric."""
        known = self._of_policy.get((policy.namespace, policy.name), set())
        for series in [series for series in known if series[0] is metric]:
            known.discard(series)
            metric.remove(*series[1])

    def remove(self, policy: PolicyReference) -> None:
        """Remove all series of a policy."""
        for metric, labels in self._of_policy.pop((policy.namespace, policy.name), ()):
            metric.remove(*labels)

    def exposition(self) -> bytes:
        """All metrics in Prometheus' text format (`CONTENT_TYPE`)."""
        return generate_latest(_Lasting(self._registry))


class _Lasting:
    """A registry without the moments at which its series were made, which double their number and serve no one here."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._registry = registry

    def collect(self) -> Iterator[Metric]:
        for family in self._registry.collect():
            family.samples = [sample for sample in family.samples if not sample.name.endswith("_created")]
            yield family
