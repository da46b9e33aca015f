"""``delete: {propagationPolicy, gracePeriodSeconds}``: ask for the object to be deleted."""

from __future__ import annotations

from typing import Final, Literal

from pydantic import Field

from zen_gc_core import Build, Compiled, Config, Decision, Delete, Keyword, Run


class Deletion(Config):
    """Delete the object; its uid and resourceVersion must still be those that were judged."""

    propagation_policy: Literal["Background", "Foreground", "Orphan"] = Field(
        default="Background", description="What happens to its dependents."
    )
    grace_period_seconds: int | None = Field(
        default=None, ge=0, le=2**63 - 1, description="Seconds it is given to end; by default what the object says."
    )


def _compile(config: Deletion, _build: Build) -> Compiled[Delete]:
    request = Delete(config.propagation_policy, config.grace_period_seconds)

    def ask(_decision: Decision, _run: Run) -> Delete:
        return request

    return Compiled(ask, reads=())


DELETE: Final = Keyword("delete", Deletion, _compile, requests=Delete)
