"""``suspend: true``: tell the object to start nothing more, instead of deleting it."""

from __future__ import annotations

from typing import Annotated, Final

from pydantic import WithJsonSchema

from zen_gc_core import SUSPENDABLE, Build, Compiled, Decision, Keyword, Run, Suspend


def _compile(config: bool, build: Build) -> Compiled[Suspend]:  # noqa: FBT001  the configuration is one
    if not config:
        raise build.error("", "must be true; what is not to be suspended needs no action")
    for target in build.targets:
        if (target.group, target.kind) not in SUSPENDABLE:
            kinds = ", ".join(dict.fromkeys(kind for _, kind in SUSPENDABLE))
            raise build.error(
                "", f"cannot suspend {target.api_version} {target.kind}: it is known how to of {kinds} alone"
            )
    request = Suspend(build.finishing)

    def ask(_decision: Decision, _run: Run) -> Suspend:
        return request

    return Compiled(ask, reads=())


SUSPEND: Final = Keyword(
    "suspend",
    Annotated[
        bool,
        WithJsonSchema(
            {
                "type": "boolean",
                "enum": [True],
                "description": "Tell the object to start nothing more; must be true, written out. `zen-gc restore` lets it go on.",
            }
        ),
    ],
    _compile,
    requests=Suspend,
)
