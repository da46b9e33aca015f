"""How often policies run, as the controller's settings have it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from zen_gc_core.controller.settings import Settings
from zen_gc_core.errors import InputError
from zen_gc_core.model.policy import CLUSTER, NAMESPACED, PolicyReference

SETTINGS = Settings(gc_interval=timedelta(minutes=1), min_interval=timedelta(seconds=10))
TENANT, OPERATOR = PolicyReference(NAMESPACED, "team", "p"), PolicyReference(CLUSTER, "", "p")


@pytest.mark.parametrize(
    ("policy", "asked", "seconds"),
    [
        (TENANT, None, 60),
        (TENANT, timedelta(seconds=2), 10),
        (TENANT, timedelta(hours=1), 3600),
        (OPERATOR, None, 60),
        (OPERATOR, timedelta(seconds=2), 2),
    ],
)
def test_a_policy_of_a_namespace_runs_no_oftener_than_is_allowed(
    policy: PolicyReference, asked: timedelta | None, seconds: int
) -> None:
    """Schedule, status and `kubectl get -o wide` tell this one."""
    assert SETTINGS.interval_of(policy, asked) == timedelta(seconds=seconds)


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"watch_namespace": ("Team",)}, "--watch-namespace 'Team' is no namespace"),
        ({"watch_namespace": ("*",)}, "--watch-namespace '\\*' is no namespace"),
        ({"watch_namespace": ("team",), "allow_cross_namespace": True}, "contradict each other"),
    ],
)
def test_what_is_watched_is_named(settings: dict[str, Any], said: str) -> None:
    """By the names of namespaces, and nothing reaches beyond them."""
    with pytest.raises(InputError, match=said):
        Settings(**settings)


def test_an_account_that_is_no_name_is_refused_at_the_start() -> None:
    """It would be an account of nobody, for every policy."""
    with pytest.raises(InputError, match="--default-service-account 'team/cleaner' is no name"):
        Settings(default_service_account="team/cleaner").grants()


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"webhook_tls": "auto"}, "--webhook-tls must be self or files"),
        ({"webhook_tls": "files"}, "--webhook-cert-dir goes with --webhook-tls=files"),
        ({"webhook_cert_dir": "/certificates"}, "--webhook-cert-dir goes with --webhook-tls=files"),
        ({"webhook_name": ""}, "--webhook-name must not be empty"),
    ],
)
def test_flags_of_the_webhook_that_do_not_fit_together_are_refused(given: dict[str, str], words: str) -> None:
    """Before anything is served."""
    with pytest.raises(InputError, match=words):
        Settings(**given)  # type: ignore[arg-type]  # all of them are texts
