"""The records of the controller: one method a phrase, so that phrases and fields stay what dashboards search for.

What is logged of an object is its identity and the instant it was due. Never ``Decision.because``, ``Plan.first_error``
or a server's words about a write: they may quote the object's fields. How records are written is said in `logs`.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from zen_gc_core.controller.process.forgiving import ForgivingLog
from zen_gc_core.controller.process.logs import logger
from zen_gc_core.controller.telling.log_fields import at_place, failed_with, of_policy, of_write, phrase, why
from zen_gc_core.model.reasons import Phase, Reason
from zen_gc_core.model.results import CopyResult, Result

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from structlog.typing import FilteringBoundLogger

    from zen_gc_core.model.decision import Decision
    from zen_gc_core.model.policy import PolicyReference, Problem
    from zen_gc_core.model.recycled import Place
    from zen_gc_core.model.report import Ending, Outcome, RunReport
    from zen_gc_core.model.unlisted import Unlisted


class RunLog:
    """Says what the controller does.

    Args:
        log: Where to; the log in force when not given.
        lost: Called for each record that cannot be written; but an intent that cannot be written is an error.
    """

    def __init__(self, log: FilteringBoundLogger | None = None, lost: Callable[[], None] | None = None) -> None:
        self._sure = log if log is not None else logger()
        self._log = ForgivingLog(self._sure, lost)

    def evaluating(self, policy: PolicyReference) -> None:
        """A run of a policy begins: for debugging, as every run tells its end."""
        self._log.debug("evaluating policy", **of_policy(policy))

    def evaluation_finished(self, report: RunReport) -> None:
        """A run has ended: one record, whether it went well or was stopped."""
        plan = report.plan
        ending = report.ending
        numbers: dict[str, Any] = {
            "duration": report.duration,
            "dry_run": report.dry_run,
            "scanned": plan.scanned,
            "matched": plan.matched,
            "due": plan.due,
            "pending": plan.pending,
            "kept": {by.value: count for by, count in plan.kept.items()},
            "results": {result.value: count for result, count in report.results.items() if count},
        }
        if ending is None or not ending.failed:
            self._log.info("evaluation finished", **of_policy(plan.policy), **numbers)
        else:
            told = {"reason": ending.reason.value, "message": ending.message}
            self._log.warning("evaluation failed", **of_policy(plan.policy, Phase.ERROR), **told, **numbers)

    def evaluation_failed(self, policy: PolicyReference, ending: Ending, *, seconds: float = 0.0) -> None:
        """A run ended before there was anything to report, or did not begin.

        Args:
            policy: The policy.
            ending: Why; its message is a policy's words or a server's about a list, never about an object.
            seconds: How long it had taken.
        """
        told = {"reason": ending.reason.value, "message": ending.message}
        self._log.warning("evaluation failed", **of_policy(policy, Phase.ERROR), **told, duration=seconds)

    def policy_invalid(self, policy: PolicyReference, reason: Reason, problems: Collection[Problem]) -> None:
        """A policy was refused, for all of these problems."""
        told = [str(problem) for problem in problems]
        self._log.warning("policy invalid", **of_policy(policy, Phase.ERROR), reason=reason.value, problems=told)

    def unreached(self, policy: PolicyReference, problems: Collection[Problem]) -> None:
        """What a policy names and the cluster does not have is not what it was; empty when everything is there now."""
        if problems:
            told = [str(problem) for problem in problems]
            self._log.warning("policy names what is not there", **of_policy(policy), problems=told)
        else:
            self._log.info("policy names what is there", **of_policy(policy))

    def unlisted(self, policy: PolicyReference, kinds: Collection[Unlisted]) -> None:
        """The kinds that a wildcard means and that could not be listed are not what they were; empty when all were."""
        if kinds:
            self._log.warning("kinds not listed", **of_policy(policy), kinds=[str(each) for each in kinds])
        else:
            self._log.info("all kinds listed", **of_policy(policy))

    def intent(self, policy: PolicyReference, decision: Decision, attempt_id: str) -> None:
        """A write is about to be sent. The record is flushed when this returns.

        Args:
            policy: The policy that asks for it.
            decision: What is carried out.
            attempt_id: The id that the outcome and the server's audit log carry, too.

        Raises:
            OSError: The record cannot be written; then the write must not be sent.
            ValueError: The log's stream is closed; the same.
        """
        phrase = f"{decision.asks_for.words.doing} resource"
        self._sure.info(phrase, **of_write(policy, decision), duration=0.0, attempt_id=attempt_id, outcome="intended")

    def outcome(
        self,
        policy: PolicyReference,
        outcome: Outcome,
        seconds: float,
        *,
        attempts: int = 1,
        cause: BaseException | None = None,
    ) -> None:
        """What became of one object of a plan.

        Args:
            policy: The policy.
            outcome: What became of it; its message is not logged.
            seconds: How long it took, from the first send to the last answer.
            attempts: How often it was sent.
            cause: What failed; its type and HTTP status are logged, not its text.
        """
        decision, result = outcome.decision, outcome.result
        said = phrase(decision.asks_for, result, attempts)
        ends: dict[str, Any] = {"duration": seconds, "attempt_id": outcome.attempt_id, "outcome": result.value}
        if attempts > 1:
            ends["attempts"] = attempts
        ends |= failed_with(cause)
        # What was never sent is no write, and told for debugging, unless it is only to be told.
        told = outcome.attempt_id or result is Result.NOTIFIED
        level = logging.INFO if told else logging.DEBUG
        failed = result is Result.FAILED or (result is Result.NOT_RECYCLED and cause is not None)
        self._log.log(logging.ERROR if failed else level, said, **of_write(policy, decision), **ends)

    def copy_intent(
        self, policy: PolicyReference, decision: Decision, attempt_id: str, *, removing: bool = False
    ) -> None:
        """A copy for the recycle bin is about to be written, or taken out again. Flushed when this returns.

        Args:
            policy: The policy that asks for it.
            decision: What is to be done with the object that it is of.
            attempt_id: The id of the write.
            removing: Whether it is taken out.

        Raises:
            OSError: The record cannot be written; then nothing must be sent.
            ValueError: The log's stream is closed; the same.
        """
        phrase = "removing copy" if removing else "recycling resource"
        self._sure.info(phrase, **of_write(policy, decision), duration=0.0, attempt_id=attempt_id, outcome="intended")

    def copied(
        self,
        policy: PolicyReference,
        decision: Decision,
        attempt_id: str,
        result: CopyResult,
        cause: BaseException | None = None,
    ) -> None:
        """What became of a copy; of what it failed with, only type and HTTP status are logged."""
        phrases = {CopyResult.MADE: "resource recycled", CopyResult.REMOVED: "copy removed"}
        ends = {"attempt_id": attempt_id, "outcome": result.value, **failed_with(cause)}
        level = logging.WARNING if result is CopyResult.FAILED else logging.INFO
        self._log.log(level, phrases.get(result, "copy failed"), **of_write(policy, decision), **ends)

    def copy_expiring(self, place: Place, attempt_id: str) -> None:
        """A copy whose time is over is about to be deleted. Flushed when this returns.

        Raises:
            OSError: The record cannot be written; then nothing must be sent.
            ValueError: The log's stream is closed; the same.
        """
        self._sure.info("expiring copy", **at_place(place), attempt_id=attempt_id, outcome="intended")

    def copy_expired(
        self, place: Place, attempt_id: str, result: CopyResult, cause: BaseException | None = None
    ) -> None:
        """What became of a copy whose time is over."""
        ends = {"attempt_id": attempt_id, "outcome": result.value, **failed_with(cause)}
        failed = result is CopyResult.FAILED
        phrase = "copy not expired" if failed else "copy expired"
        self._log.log(logging.WARNING if failed else logging.INFO, phrase, **at_place(place), **ends)

    def bin_not_looked_at(self, resource: str, cause: BaseException) -> None:
        """The copies of a resource cannot be listed, so that none of them expires now."""
        self._log.warning("recycle bin not looked at", resource=resource, **failed_with(cause))

    def left_alone(self, policy: PolicyReference, kind: str, namespace: str, why: str) -> None:
        """Nothing of a group of objects goes in this run, though something was to; which group is for plans to say."""
        place = {"resource_kind": kind, "resource_namespace": namespace}
        self._log.info("group left alone", **of_policy(policy), **place, message=why)

    def left_to_others(self, policy: PolicyReference, why: str) -> None:
        """An object came back whenever it was deleted, and the policy leaves it alone from now on."""
        self._log.warning("resource comes back", **of_policy(policy), message=why)

    def still_terminating(self, policy: PolicyReference, decision: Decision, attempt_id: str, seconds: float) -> None:
        """An object that was asked to end has not done so for a long time; its finalizers are left alone."""
        ends = {"duration": seconds, "attempt_id": attempt_id, "outcome": Result.ACCEPTED.value}
        self._log.warning("resource still terminating", **of_write(policy, decision), **ends)

    def status_not_written(self, policy: PolicyReference, cause: BaseException) -> None:
        """A policy's status could not be written."""
        self._log.warning("status update failed", **of_policy(policy), reason=type(cause).__name__)

    def event_not_recorded(self, cause: BaseException) -> None:
        """A Kubernetes Event could not be recorded."""
        self._log.warning("event not recorded", reason=type(cause).__name__)

    def writes_stopped(self, policy: PolicyReference, ending: Ending) -> None:
        """The kill switch, a policy that changed under a run, or the lease stops the writes of a run; or it is not the time for them."""
        if ending.reason is Reason.DEFERRED:
            self._log.info("writes deferred", **of_policy(policy), reason=ending.reason.value)
        else:
            self._log.warning("writes stopped", **of_policy(policy), reason=ending.reason.value)

    def left_to_the_next_pass(self, policy: PolicyReference, ending: Ending) -> None:
        """What became due between two passes was not acted on, or not all of it: the next pass looks at it, and tells."""
        self._log.info("left to the next pass", **of_policy(policy), reason=ending.reason.value)

    def in_namespaces_only(self, namespaces: Collection[str]) -> None:
        """Policies of these namespaces are served, and no cluster policies."""
        self._log.warning("cluster policies are not served", namespaces=list(namespaces))

    def namespace_not_read(self, namespace: str, why: str) -> None:
        """A Namespace that is watched cannot be read: nobody knows whether it is to be kept, and so all that is in it is."""
        self._log.warning("namespace not readable", namespace=namespace, message=f"{why}; all that is in it is kept")

    def swept(self, resource: str, objects: int, seconds: float, account: str = "") -> None:
        """One pass over a resource (``jobs.batch``) has ended, as an account, or with the controller's own rights."""
        as_whom = {"account": account} if account else {}
        self._log.debug("sweep finished", resource=resource, objects=objects, duration=seconds, **as_whom)

    def plugin_quarantined(self, plugin: str, distribution: str, cause: str) -> None:
        """A plugin is left out; policies that use its keywords are invalid."""
        self._log.warning("plugin quarantined", plugin=plugin, distribution=distribution, message=cause)

    def plugin_failed(self, plugin: str, cause: str) -> None:
        """A plugin's hook failed; the run went on without it."""
        self._log.warning("plugin failed", plugin=plugin, message=cause)

    def started(
        self, version: str, identity: str, namespace: str = "", metrics_port: int = 0, health_port: int = 0
    ) -> None:
        """The controller runs.

        Args:
            version: Its version.
            identity: Who it is.
            namespace: Its namespace, in which the kill switch is looked for.
            metrics_port: The port of its metrics; 0 when they are not served.
            health_port: The port of its health; 0 when it is not served.
        """
        ports = {"metrics_port": metrics_port, "health_port": health_port}
        where = {"controller_namespace": namespace, "kill_switch": f"{namespace}/zen-gc-pause"}
        self._log.info("controller started", version=version, identity=identity, **where, **ports)

    def stopping(self, signal: str) -> None:
        """The controller was asked to stop."""
        self._log.info("controller stopping", signal=signal)

    def stopped(self) -> None:
        """The controller has stopped; nothing of it runs any more."""
        self._log.info("controller stopped")

    def cannot_start(self, message: str) -> None:
        """The controller does not start: why, in one line."""
        self._log.error("controller cannot start", message=message)

    def leading(self, identity: str, lease: str) -> None:
        """This replica holds the lease (``namespace/name``)."""
        self._log.info("became leader", identity=identity, lease=lease)

    def standing_by(self, identity: str, lease: str, holder: str) -> None:
        """Another replica holds the lease; an empty holder means that nobody is known to."""
        self._log.info("standing by", identity=identity, lease=lease, holder=holder)

    def lease_not_renewed(self, identity: str, lease: str, cause: BaseException) -> None:
        """A request for the lease failed: a leader holds it until its deadline, a standby asks again."""
        self._log.warning("lease not renewed", identity=identity, lease=lease, **why(cause))

    def policies_not_watched(self, kind: str, cause: BaseException) -> None:
        """The watch of a kind of policy is interrupted, and will be taken up again; what is known of them may be old."""
        self._log.warning("policies not watched", kind=kind, **why(cause))

    def lease_lost(self, identity: str, lease: str, reason: str) -> None:
        """This replica's right to write has ended; it stands by. ``reason`` is a constant word."""
        self._log.warning("lost leadership", identity=identity, lease=lease, reason=reason)

    def failed(self, what: str, cause: BaseException) -> None:
        """A part of the controller raised what nobody expected; its traceback is logged.

        Args:
            what: The part, as a constant phrase.
            cause: What it raised.
        """
        self._log.error("unexpected error", part=what, reason=type(cause).__name__, exc_info=cause)
