"""What the tests of the oracle begin with."""

from __future__ import annotations

import pytest

from tests.proof.oracle.told import ITEM, LEASE, POLICY, Told, item, lease, policy


@pytest.fixture
def told() -> Told:
    """A Namespace, a policy, a leader, and an object that the policy wants gone."""
    begun = Told()
    begun.stored("namespaces/apps", {"metadata": {"name": "apps"}})
    begun.stored(POLICY, policy())
    begun.stored(ITEM, item())
    begun.stored(LEASE, lease("a_1"))
    return begun
