"""``immediate: true``: due as soon as the conditions hold.

Its instant always lies before now, so that only conditions and protections decide.
"""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Final

from pydantic import WithJsonSchema

from zen_gc_core import Build, Candidate, Compiled, Keyword, Run, Undecided

_A_MOMENT: Final = dt.timedelta(microseconds=1)

Immediate = Annotated[
    bool,
    WithJsonSchema(
        {"type": "boolean", "enum": [True], "description": "As soon as the conditions hold; must be true, written out."}
    ),
]
"""The configuration: nothing but ``true``."""


def _compile(config: bool, build: Build) -> Compiled[dt.datetime | None]:  # noqa: FBT001  the configuration is one
    if not config:
        raise build.error("", "must be true; an object that is not to be collected needs no policy")
    if any(target.wildcard is not None for target in build.targets):
        raise build.error(
            "", "takes at once what a wildcard looks at, which is every kind: name the kinds, or let it wait"
        )

    def expiry(candidate: Candidate, run: Run) -> dt.datetime:
        # After the creation, as every expiry must be: what expires when it is made has a TTL of nothing.
        try:
            instant = candidate.created + _A_MOMENT
        except (Undecided, OverflowError):
            return run.now - _A_MOMENT
        return min(instant, run.now - _A_MOMENT)

    return Compiled(expiry, reads=("metadata.creationTimestamp",), explain=_explain, at_once=True)


def _explain(_candidate: Candidate, _run: Run) -> str:
    return "as soon as the conditions hold"


IMMEDIATE: Final = Keyword("immediate", Immediate, _compile)
