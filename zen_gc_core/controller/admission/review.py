"""What the API server asks and is answered: AdmissionReview (``admission.k8s.io/v1``), as far as it is looked at.

Data and its JSON; what is said of a policy is decided elsewhere.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import orjson

from zen_gc_core.controller.telling.metrics import REVIEWED
from zen_gc_core.errors import InputError
from zen_gc_core.model.policy import CLUSTER, GROUP, NAMESPACED
from zen_gc_core.model.results import AdmissionResult
from zen_gc_core.texts import counted, one_line, visible

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from zen_gc_core.model.policy import Problem

API_VERSION: Final = "admission.k8s.io/v1"
KIND: Final = "AdmissionReview"


LONGEST_WARNING: Final = 250
"""Characters of a warning; the API server cuts longer ones where it must, and all of them after 4,096."""
MOST_WARNINGS: Final = 16


@dataclass(frozen=True, slots=True)
class Review:
    """One question.

    Args:
        uid: What the answer must name.
        operation: What is to be done (``CREATE``).
        group: The group of what it is to be done with.
        kind: Its kind.
        subresource: Which part of it; empty for the object itself.
        namespace: Its namespace; empty where it has none.
        name: Its name; may be empty, too.
        document: The object as it is to be; None where there will be none.
        old: The object as it is; None where there is none.
    """

    uid: str
    operation: str
    group: str
    kind: str
    subresource: str = ""
    namespace: str = ""
    name: str = ""
    document: dict[str, Any] | None = None
    old: dict[str, Any] | None = None

    @property
    def is_about_a_policy(self) -> bool:
        """Whether somebody writes a policy."""
        return (
            self.group == GROUP
            and self.kind in {NAMESPACED, CLUSTER}
            and not self.subresource
            and self.operation in REVIEWED
        )

    @property
    def changes_what_it_says(self) -> bool:
        """Whether the policy says something else than before; one that is about to go says nothing any more."""
        if self.document is None:
            return False
        metadata = self.document.get("metadata")
        if isinstance(metadata, dict) and metadata.get("deletionTimestamp"):
            return False
        return self.old is None or _written(self.document) != _written(self.old)


def _written(document: dict[str, Any]) -> bytes:
    """The spec as JSON: 1 is not true there, as it is in Python."""
    return orjson.dumps(document.get("spec"), option=orjson.OPT_SORT_KEYS)


def read_review(document: Any) -> Review:
    """Read a question.

    Args:
        document: Decoded JSON of any shape.

    Raises:
        InputError: It is none, or one of another version.
    """
    if not isinstance(document, dict) or (document.get("apiVersion"), document.get("kind")) != (API_VERSION, KIND):
        raise InputError(f"the body must be an {KIND} of {API_VERSION}")
    request = document.get("request")
    if not isinstance(request, dict) or not isinstance(request.get("uid"), str) or not request["uid"]:
        raise InputError(f"the {KIND} has no request with a uid")
    kind = request.get("kind")
    named = kind if isinstance(kind, dict) else {}
    return Review(
        request["uid"],
        _text(request, "operation"),
        _text(named, "group"),
        _text(named, "kind"),
        _text(request, "subResource"),
        _text(request, "namespace"),
        _text(request, "name"),
        _object(request, "object"),
        _object(request, "oldObject"),
    )


def _text(document: dict[str, Any], name: str) -> str:
    found = document.get(name)
    return found if isinstance(found, str) else ""


def _object(document: dict[str, Any], name: str) -> dict[str, Any] | None:
    found = document.get(name)
    if found is not None and not isinstance(found, dict):
        raise InputError(f"request.{name} is no object")
    return found


@dataclass(frozen=True, slots=True)
class Verdict:
    """One answer.

    Args:
        errors: All for which the policy is refused; none lets it pass.
        warnings: What its author should look at, a line each.
        unchecked: Whether it passes because it could not be checked.
    """

    errors: tuple[Problem, ...] = ()
    warnings: tuple[str, ...] = ()
    unchecked: bool = False

    @property
    def result(self) -> AdmissionResult:
        """What becomes of it."""
        if self.unchecked:
            return AdmissionResult.ERROR
        if self.errors:
            return AdmissionResult.DENIED
        return AdmissionResult.WARNED if self.warnings else AdmissionResult.ALLOWED


def answer(review: Review, verdict: Verdict) -> dict[str, Any]:
    """The answer as the API server reads it, and passes it on to whoever wrote the policy.

    The errors stand in the message, one a line, and as causes with their paths, which kubectl prints as a list.
    """
    response: dict[str, Any] = {"uid": review.uid, "allowed": not verdict.errors}
    if verdict.errors:
        response["status"] = _refusal(review, verdict.errors)
    if lines := _lines(verdict.warnings):
        response["warnings"] = lines
    if annotations := _annotations(verdict):
        response["auditAnnotations"] = annotations
    return {"apiVersion": API_VERSION, "kind": KIND, "response": response}


def _refusal(review: Review, errors: Sequence[Problem]) -> dict[str, Any]:
    message = "\n".join(("the policy is invalid:", *(f"* {error}" for error in errors)))
    return {
        "status": "Failure",
        "code": 422,
        "reason": "Invalid",
        "message": message,
        "details": {
            "group": review.group,
            "kind": review.kind,
            "name": review.name,
            "causes": [
                {"reason": "FieldValueInvalid", "field": visible(error.path) or "spec", "message": _words(error)}
                for error in errors
            ],
        },
    }


def _words(error: Problem) -> str:
    return str(error).removeprefix(f"{visible(error.path)}: ")


def _lines(warnings: Iterable[str]) -> list[str]:
    lines = [one_line(warning, LONGEST_WARNING) for warning in warnings]
    if len(lines) > MOST_WARNINGS:
        more = counted(len(lines) - MOST_WARNINGS + 1, "more warning")
        lines[MOST_WARNINGS - 1 :] = [f"{more}: zen-gc validate prints them all"]
    return lines


def _annotations(verdict: Verdict) -> dict[str, str]:
    """What the audit log keeps: how many there were, and the places of what was refused; no words, which may quote."""
    found = {}
    if verdict.errors:
        found["errors"] = str(len(verdict.errors))
        paths = dict.fromkeys(visible(error.path) or "spec" for error in verdict.errors)
        found["paths"] = one_line(", ".join(paths), 1024)
    if verdict.warnings:
        found["warnings"] = str(len(verdict.warnings))
    return found
