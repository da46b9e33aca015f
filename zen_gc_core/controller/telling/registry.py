"""A registry of metrics that knows which of its series are a policy's own. The one importer of ``prometheus_client``.

What is counted of each policy is kept as a number beside its labels, not as an object with a lock: of ten thousand policies
there are a hundred thousand.
"""

from __future__ import annotations

import functools
import io
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector
from prometheus_client.exposition import generate_latest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from prometheus_client import Metric

    from zen_gc_core.model.policy import PolicyReference

CONTENT_TYPE: Final = "text/plain; version=0.0.4; charset=utf-8"
"""The classic text format: OpenMetrics has no gauges that end in ``_total``, and the Go program's dashboards need them."""


@dataclass(frozen=True, eq=False)
class OfPolicies:
    """A metric of which each policy has series of its own.

    Args:
        name: Its name, without ``_total`` where it only grows.
        text: What it counts.
        labels: The names of its labels beside the policy's.
        kind: ``counter`` or ``gauge``.
    """

    name: str
    text: str
    labels: tuple[str, ...]
    kind: str

    @functools.cached_property
    def sample(self) -> str:
        """The name of its samples."""
        return f"{self.name}_total" if self.kind == "counter" else self.name


class _Series:
    """A metric and the values of its own labels: the same object for every policy that has them.

    Args:
        metric: The metric.
        values: The values of its labels beside the policy's.
    """

    __slots__ = ("metric", "more")

    def __init__(self, metric: OfPolicies, values: tuple[str, ...]) -> None:
        self.metric = metric
        labels = zip(metric.labels, values, strict=True)
        self.more = "".join(f',{label}="{_escaped(value)}"' for label, value in labels)


class Registry:
    """Metrics of one program, those of its process among them; what is about policies is written by one thread at a time."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self._of_policies: list[OfPolicies] = []
        self._series: dict[tuple[OfPolicies, tuple[str, ...]], _Series] = {}
        self._values: dict[tuple[str, str], dict[_Series, float]] = {}
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

    def policy_counter(self, name: str, text: str, labels: tuple[str, ...] = ()) -> OfPolicies:
        """Make a metric of policies that only grows; as ``counter``, and the labels are those beside the policy's."""
        return self._made(OfPolicies(name, text, labels, "counter"))

    def policy_gauge(self, name: str, text: str, labels: tuple[str, ...] = ()) -> OfPolicies:
        """Make a metric of policies that is set; as ``policy_counter``."""
        return self._made(OfPolicies(name, text, labels, "gauge"))

    def _made(self, metric: OfPolicies) -> OfPolicies:
        self._of_policies.append(metric)
        return metric

    def inc(self, metric: OfPolicies, policy: PolicyReference | None, *labels: str, by: float = 1.0) -> None:
        """Count on; the series is made at 0 where it is not there.

        Args:
            metric: The metric.
            policy: The policy; None for the controller itself.
            labels: The values of its other labels.
            by: How much.
        """
        values, series = self._place(metric, policy, labels)
        if (known := values.get(series)) is None:
            values[series] = float(by) if by else 0.0  # one zero for all of them
        elif by:
            values[series] = known + by

    def set(self, metric: OfPolicies, policy: PolicyReference | None, *labels: str, to: float) -> None:
        """Say what it is now; as ``inc``."""
        values, series = self._place(metric, policy, labels)
        values[series] = float(to)

    def _place(
        self, metric: OfPolicies, policy: PolicyReference | None, labels: tuple[str, ...]
    ) -> tuple[dict[_Series, float], _Series]:
        series = self._series.get((metric, labels))
        if series is None:
            series = self._series[metric, labels] = _Series(metric, labels)
        key = ("", "") if policy is None else (policy.namespace, policy.name)
        values = self._values.get(key)
        if values is None:
            values = self._values[key] = {}
        return values, series

    def drop(self, metric: OfPolicies, policy: PolicyReference) -> None:
        """Remove a policy's series of one metric."""
        values = self._values.get((policy.namespace, policy.name), {})
        for series in [series for series in values if series.metric is metric]:
            del values[series]

    def clear(self, metric: OfPolicies) -> None:
        """Remove all series of a metric."""
        for values in self._values.values():
            for series in [series for series in values if series.metric is metric]:
                del values[series]

    def remove(self, policy: PolicyReference) -> None:
        """Remove all series of a policy."""
        self._values.pop((policy.namespace, policy.name), None)

    def exposition(self) -> bytes:
        """All metrics in Prometheus' text format (`CONTENT_TYPE`)."""
        page = (
            io.BytesIO()
        )  # written line by line: of ten thousand policies they are ten megabytes, once and not thrice
        page.write(generate_latest(_Lasting(self._registry)))
        policies = [
            (f'policy_namespace="{_escaped(namespace)}",policy_name="{_escaped(name)}"', values)
            for (namespace, name), values in list(self._values.items())
        ]
        for metric in self._of_policies:
            sample = metric.sample
            page.write(f"# HELP {sample} {metric.text}\n# TYPE {sample} {metric.kind}\n".encode())
            for policy, values in policies:
                for series, value in list(values.items()):
                    if series.metric is metric:
                        page.write(f"{sample}{{{policy}{series.more}}} {value!r}\n".encode())
        return page.getvalue()


def _escaped(value: str) -> str:
    return value.replace("\\", r"\\").replace("\n", r"\n").replace('"', r"\"")


class _Lasting:
    """A registry without the moments at which its series were made, which double their number and serve no one here."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._registry = registry

    def collect(self) -> Iterator[Metric]:
        for family in self._registry.collect():
            family.samples = [sample for sample in family.samples if not sample.name.endswith("_created")]
            yield family
