"""Reviewing policies: each question of the API server is answered with what ``zen-gc validate`` would say.

No request, no list, no discovery: the policy alone is looked at. What goes wrong here lets the policy pass, with a
warning: the controller checks it again, with the same code, before it acts.
"""

from __future__ import annotations

import datetime as dt
import threading
import time
from typing import TYPE_CHECKING, Any, Final

import orjson

from zen_gc_core.controller.admission.review import Verdict, answer, read_review
from zen_gc_core.controller.process.pages import Page
from zen_gc_core.controller.telling.metrics import REVIEWED
from zen_gc_core.engine.building import CompilingTooLong
from zen_gc_core.engine.checking import compile_document, warnings_of
from zen_gc_core.errors import InputError
from zen_gc_core.model.policy import PolicyReference, Problem
from zen_gc_core.model.results import AdmissionResult
from zen_gc_core.model.unreadable import told, why
from zen_gc_core.texts import listed, with_article

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

    from zen_gc_core.controller.admission.review import Review
    from zen_gc_core.controller.telling.metrics import Metrics
    from zen_gc_core.controller.telling.webhook_log import WebhookLog
    from zen_gc_core.engine.protections import Grants
    from zen_gc_core.vocabulary import Vocabulary

LARGEST_REVIEW: Final = 8 * 1024 * 1024
"""Bytes of a question: the API server takes objects of 3 MiB, and sends the old one, too."""

LONGEST: Final = 3.0
"""Seconds that a policy is looked at; the API server waits 5."""

_LARGEST_UNREADABLE: Final = 2 * 1024 * 1024
"""Bytes of a question that no decoder reads and of which it is told what can be told, which is slow."""


_LARGEST_AT_ONCE: Final = 1024 * 1024
"""Bytes of a question that is decoded while another one is looked at."""

_SILENCE: Final = 60.0
"""Seconds between two records of what was no question."""

_BUSY: Final = "too many policies are written at the same time"


class _BusyError(InputError):
    """There is no time for a question."""


class Reviewer:
    """Answers questions, one at a time; for any number of threads.

    Args:
        vocabulary: The installed keywords.
        grants: What whoever runs the controller allows.
        log: Says what was refused.
        metrics: Counts every answer.
        missing_plugins: Why required plugins are not there: without them nothing can be said against a policy.
        watched: The only namespaces whose policies are served; none: all are, and those of the cluster.
        longest: Seconds that a policy is looked at, waiting for others included.
        clock: Seconds that pass.
    """

    def __init__(  # noqa: PLR0913  what it needs, and its patience
        self,
        vocabulary: Vocabulary,
        grants: Grants,
        log: WebhookLog,
        metrics: Metrics,
        *,
        missing_plugins: Sequence[str] = (),
        watched: Collection[str] = (),
        longest: float = LONGEST,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._vocabulary = vocabulary
        self._grants = grants
        self._log = log
        self._metrics = metrics
        self._missing_plugins = missing_plugins
        self._watched = watched
        self._longest = longest
        self._clock = clock
        self._turn = threading.Lock()
        self._silent_until = float("-inf")

    def page(self, body: bytes) -> Page:
        """Answer what was posted; what is no question is a 400 of one line."""
        began = self._clock()
        try:
            review, verdict = self._in_turn(body, began + self._longest)
        except _BusyError as error:
            return self._refused(503, str(error), began)
        except InputError as error:
            return self._refused(400, str(error), began)
        self._tell(review, verdict, self._clock() - began)
        return Page(orjson.dumps(answer(review, verdict)), content_type="application/json")

    def _in_turn(self, body: bytes, until: float) -> tuple[Review, Verdict]:
        """Look at one policy at a time, decoding included: several at once take as long, and as much more memory.

        Raises:
            InputError: It is no question; or (_BusyError) there was no time even to decode it.
        """
        if self._turn.acquire(timeout=max(0.0, until - self._clock())):
            try:
                review, verdict = _read(body)
                return review, self._unserved(review) or verdict or self._verdict(review, until)
            finally:
                self._turn.release()
        if len(body) > _LARGEST_AT_ONCE:
            raise _BusyError(_BUSY)
        return _read(body)[0], _unchecked(_BUSY)

    def _refused(self, status: int, why: str, began: float) -> Page:
        """Answer what is no question; it is said once a minute, as anybody may ask as often as they like."""
        self._metrics.reviewed("", "", AdmissionResult.ERROR, self._clock() - began)
        if began >= self._silent_until:
            self._silent_until = began + _SILENCE
            self._log.not_reviewed(why)
        return Page(f"{status} {why}\n".encode(), status)

    def _tell(self, review: Review, verdict: Verdict, seconds: float) -> None:
        if not review.is_about_a_policy:
            self._metrics.reviewed("", "", verdict.result, seconds)
            return
        self._metrics.reviewed(review.kind, review.operation, verdict.result, seconds)
        if verdict.result in {AdmissionResult.DENIED, AdmissionResult.ERROR}:
            self._log.reviewed(
                PolicyReference(review.kind, review.namespace, review.name),
                review.operation,
                verdict.errors,
                verdict.warnings if verdict.unchecked else (),
            )

    def _unserved(self, review: Review) -> Verdict | None:
        """Let a policy pass that another controller may serve, by other rules; None where it is for this one to say."""
        if not self._watched or not review.is_about_a_policy or review.namespace in self._watched:
            return None
        return _not_served(self._watched) if review.changes_what_it_says else Verdict()

    def _verdict(self, review: Review, until: float) -> Verdict:
        if not review.is_about_a_policy:
            return Verdict(warnings=_passed_over(review))
        if review.document is None:
            raise InputError(f"request.object is missing, at a {review.operation}")
        if not review.changes_what_it_says:
            return Verdict()
        if self._missing_plugins:
            return _unchecked("; ".join(self._missing_plugins))
        late = False

        def check() -> None:
            nonlocal late
            if self._clock() > until:
                late = True
                raise CompilingTooLong("it takes too long to check")

        try:
            compilation = compile_document(
                review.document, self._vocabulary, self._grants, review.namespace or "default", check
            )
            warnings = warnings_of(compilation, dt.datetime.now(dt.UTC))
        except Exception as error:  # noqa: BLE001  a fault of ours refuses nobody's policy
            return _unchecked(f"checking failed ({type(error).__name__})")
        if late:
            return _unchecked(f"it takes more than {self._longest:g} s to check")
        return Verdict(compilation.errors, tuple(map(str, warnings)))


def _passed_over(review: Review) -> tuple[str, ...]:
    """A word to whoever sends here what is no policy; deletes and parts of policies are nobody's mistake."""
    if review.operation not in REVIEWED or review.subresource:
        return ()
    return (f"zen-gc checks policies, and {with_article(review.kind or 'object')} is none",)


def _not_served(watched: Collection[str]) -> Verdict:
    words = f"zen-gc has not checked this policy: this controller serves those of {listed(list(watched))} alone"
    return Verdict(warnings=(words,))


def _unchecked(because: str) -> Verdict:
    words = f"zen-gc has not checked this policy: {because}; the controller checks it before it acts"
    return Verdict(warnings=(words,), unchecked=True)


def _read(body: bytes) -> tuple[Review, Verdict | None]:
    """A question, and what is to be said at once of a policy that the controller cannot read either.

    Such a policy is nested too deeply, or has text that is no Unicode.

    Raises:
        InputError: It is no question.
    """
    try:
        document: Any = orjson.loads(body)
    except Exception as error:  # noqa: BLE001  whatever it was
        cause = error
    else:
        return read_review(document), None
    if len(body) > _LARGEST_UNREADABLE:
        raise InputError("the body is no JSON that can be read")
    review = read_review(told(body))
    refused = review.is_about_a_policy and review.changes_what_it_says
    return review, Verdict((Problem("spec", why(cause)),)) if refused else Verdict()
