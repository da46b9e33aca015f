"""Notifying: the request that asks the API server for nothing. That an object is due is told, and that is all."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from zen_gc_core.model.requests import Request, Verb, Words
from zen_gc_core.model.results import Result, Written

if TYPE_CHECKING:
    from collections.abc import Mapping

    from zen_gc_core.model.candidate import Candidate


@dataclass(frozen=True, slots=True)
class Notify(Request):
    """Say that an object is due: by the event, the log, the status and the hook. Nothing is written to it.

    The right that it needs is the one to read the object anew, so that what is told is so now.
    """

    verb: ClassVar[Verb] = "get"
    sends: ClassVar[bool] = False
    removes: ClassVar[bool] = False
    done: ClassVar[Result] = Result.NOTIFIED
    words: ClassVar[Words] = Words("notify", "notifying", "notification")

    def carried_by(self, candidate: Candidate) -> str | None:  # noqa: ARG002  an object shows nothing of it
        """Who was told of it already is known by the run alone."""
        return None

    def body(self, candidate: Candidate) -> dict[str, Any]:  # noqa: ARG002  nothing is sent
        """Nothing."""
        return {}

    def read(self, document: Mapping[str, Any], uid: str) -> Written:  # noqa: ARG002  nothing was sent
        """Nothing was asked, so nothing can have failed."""
        return Written(Result.NOTIFIED)
