"""What a flag allows must be something that is protected: what is misspelt would allow nothing, and nobody would know."""

from __future__ import annotations

from typing import Any

import pytest

from zen_gc_core.controller.settings import Allowing, Locating, Settings
from zen_gc_core.errors import InputError

WRONG: list[tuple[dict[str, Any], str]] = [
    (
        {"allow_namespace": ("kube-sistem",)},
        "--allow-namespace kube-sistem: is no protected namespace; did you mean 'k",
    ),
    ({"allow_namespace": ("Kube-System",)}, "--allow-namespace Kube-System: 'Kube-System' is no namespace: at most 63"),
    (
        {"allow_namespace": ("team-a",)},
        "--allow-namespace team-a: is no protected namespace (others need not be allowed)",
    ),
    ({"allow_namespace": ("zen-gc-sistem",)}, "did you mean 'zen-gc-system'?"),
    (
        {"allow_secret_type": ("helm.sh/release.v2",)},
        "those are bootstrap.kubernetes.io/token, helm.sh/release.v1 and kubernetes.io/service-account-token",
    ),
    (
        {"allow_secret_type": ("kubernetes.io/tls",)},
        "kubernetes.io/tls: is no protected type of Secrets: those are",
    ),
    ({"allow_secret_type": ("gc.kube-zen.io/recycled",)}, "nothing lifts the protection of copies"),
    (
        {"allow_mark": ("app.kubernetes.io/part of",)},
        "--allow-mark app.kubernetes.io/part of: 'app.kubernetes.io/part of' is",
    ),
    ({"allow_mark": ("acme.io/old",)}, "--allow-mark acme.io/old: is not reserved"),
    ({"allow_mark": ("gc.kube-zen.io/marked-at",)}, "is what zen-gc writes itself, and nothing lifts that"),
]


@pytest.mark.parametrize(("allowing", "words"), WRONG)
def test_what_names_nothing_that_is_protected_is_refused(allowing: dict[str, Any], words: str) -> None:
    """With what is near it."""
    with pytest.raises(InputError) as refused:
        Allowing(**allowing).grants("zen-gc-system")
    assert words in str(refused.value)


def test_what_is_protected_may_be_allowed() -> None:
    """The controller's own namespace too, and whatever may be that where it is not known."""
    names = {
        "allow_namespace": ("kube-system", "my-gc"),
        "allow_secret_type": ("helm.sh/release.v1",),
        "allow_mark": ("app.kubernetes.io/part-of",),
    }
    for own in ("my-gc", ""):
        grants = Allowing(**names).grants(own)
        assert grants.namespaces == {"kube-system", "my-gc"}


def test_no_name_of_the_controllers_namespace_or_of_its_lease_is_refused() -> None:
    """The kill switch would be looked for where nothing can be."""
    with pytest.raises(InputError, match=r"--controller-namespace 'zen_gc' is no namespace"):
        _ = Locating(controller_namespace="zen_gc").own_namespace
    with pytest.raises(InputError, match=r"--leader-election-namespace 'A' is no namespace"):
        Settings(leader_election_namespace="A")
