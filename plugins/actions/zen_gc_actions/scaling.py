"""``scale: {replicas: 0}``: scale the object down instead of deleting it, and remember what it had."""

from __future__ import annotations

from typing import Final

from pydantic import Field

from zen_gc_core import SCALABLE, Build, Compiled, Config, Decision, Keyword, Run, Scale, own_group


class Scaling(Config):
    """Scale the object down; the count that it had is kept in an annotation, and `zen-gc restore` writes it back."""

    replicas: int = Field(ge=0, le=2**31 - 1, description="How many replicas it shall have.")


def _compile(config: Scaling, build: Build) -> Compiled[Scale]:
    for target in build.targets:
        custom = "." in target.group and not own_group(target.group)  # its definition says where the count is
        if not custom and (target.group, target.kind) not in SCALABLE:
            kinds = ", ".join(kind for _, kind in SCALABLE)
            raise build.error(
                "",
                f"cannot scale {target.api_version} {target.kind}: only {kinds} have a count to set, and custom kinds "
                "with a scale subresource",
            )

    def ask(decision: Decision, run: Run) -> Scale:
        return Scale(config.replicas, run.count_path(decision.api_version, decision.kind))

    return Compiled(ask, reads=())


SCALE: Final = Keyword("scale", Scaling, _compile, requests=Scale)
