"""``evict: {}``: ask for the Pod to be evicted, so that PodDisruptionBudgets have their say."""

from __future__ import annotations

from typing import Final

from pydantic import Field

from zen_gc_core import EVICTABLE, Build, Compiled, Config, Decision, Evict, Keyword, Run


class Eviction(Config):
    """Evict the Pod, as a drain does; what a PodDisruptionBudget keeps now is asked again in the next run."""

    grace_period_seconds: int | None = Field(
        default=None, ge=0, le=2**63 - 1, description="Seconds it is given to end; by default what the Pod says."
    )


def _compile(config: Eviction, build: Build) -> Compiled[Evict]:
    for target in build.targets:
        if (target.api_version, target.kind) != EVICTABLE:
            raise build.error("", f"cannot evict {target.api_version} {target.kind}: only Pods are evicted (v1 Pod)")
    request = Evict(config.grace_period_seconds)

    def ask(_decision: Decision, _run: Run) -> Evict:
        return request

    return Compiled(ask, reads=())


EVICT: Final = Keyword("evict", Eviction, _compile, requests=Evict)
