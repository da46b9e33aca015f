"""What a run says when rights are missing: whose, which, and the command that grants them."""

from __future__ import annotations

from pathlib import Path

import pytest

import zen_gc_core
from zen_gc_core.cluster.answers import Answer, failure
from zen_gc_core.cluster.errors import AccessDenied, ImpersonationDenied
from zen_gc_core.controller.runs.granting import with_command
from zen_gc_core.controller.runs.stopping import ending_by, ending_by_write
from zen_gc_core.model.accounts import Account
from zen_gc_core.model.policy import CLUSTER, NAMESPACED, PolicyReference
from zen_gc_core.model.reasons import Reason
from zen_gc_core.model.report import Ending

CLEANER = Account("team-a", "cleaner")


def forbidden(message: str, account: Account | None) -> AccessDenied:
    """The error for a refusal with these words of the server."""
    body = b'{"kind": "Status", "message": "' + message.encode().replace(b'"', b'\\"') + b'"}'
    answer = Answer("GET", "/x", 403, {}, body, account)
    error = failure(answer, verb="list", resource="jobs.batch", namespace="team-a")
    assert isinstance(error, AccessDenied)
    return error


@pytest.mark.parametrize(
    ("said", "account", "reason", "words"),
    [
        (
            'User "system:serviceaccount:team-a:cleaner" cannot list resource "jobs"',
            CLEANER,
            Reason.ACCESS_DENIED,
            "grant the verb list on jobs.batch in namespace team-a to the ServiceAccount team-a/cleaner",
        ),
        (
            'User "c" cannot impersonate resource "serviceaccounts" in API group ""',
            CLEANER,
            Reason.IMPERSONATION_DENIED,
            "the controller may not list jobs.batch in namespace team-a as the ServiceAccount team-a/cleaner",
        ),
        (
            'User "c" cannot impersonate-on:serviceaccount:list resource "jobs"',
            CLEANER,
            Reason.IMPERSONATION_DENIED,
            "the controller may not list jobs.batch in namespace team-a as the ServiceAccount team-a/cleaner",
        ),
        (
            'a webhook says: "x" cannot impersonate',
            None,
            Reason.ACCESS_DENIED,
            "grant the verb list on jobs.batch in namespace team-a",
        ),
    ],
)
def test_a_refusal_says_whose_right_is_missing(said: str, account: Account | None, reason: Reason, words: str) -> None:
    """The account's, or the controller's to act as it; in a message about an object without the server's words."""
    error = forbidden(said, account)
    assert error.reason is reason
    assert words in str(error)
    told = ending_by_write(error)
    assert (told.reason, "says" in told.message) == (reason, False)
    assert words in told.message


@pytest.mark.parametrize(
    ("reference", "command"),
    [
        (PolicyReference(NAMESPACED, "team-a", "jobs"), "zen-gc rbac jobs -n team-a | kubectl apply -f -"),
        (PolicyReference(CLUSTER, "", "jobs"), "zen-gc rbac jobs --cluster | kubectl apply -f -"),
    ],
)
def test_a_refusal_comes_with_the_command_that_grants(reference: PolicyReference, command: str) -> None:
    """Whoever reads the status can copy it."""
    ending = with_command(ending_by(ImpersonationDenied("get", "pods", "team-a", account=CLEANER)), reference)
    assert ending.message.endswith(f"; grant it: {command}")
    other = Ending(Reason.THROTTLED, "wait")
    assert with_command(other, reference) is other


def test_the_header_is_written_at_one_place() -> None:
    """Whatever else would send it could send another account's, or a group."""
    root = Path(zen_gc_core.__file__).parent
    found = [path for path in root.rglob("*.py") if '"Impersonate-' in path.read_text(encoding="utf-8")]
    assert [path.name for path in found] == ["impersonating.py"]
    assert "Impersonate-Group" not in found[0].read_text(encoding="utf-8")
