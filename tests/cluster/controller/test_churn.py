"""The witness of the proofs: what it did not see it must not be believed about."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.cluster.controller.churn import witness
from tests.cluster.controller.stage import until

if TYPE_CHECKING:
    from tests.cluster.controller.churn import Witness
    from tests.cluster.controller.stage import Stage


def _ended(seen: Witness) -> bool:
    """Whether the watch that is open now could be ended."""
    response = seen._response
    try:
        if response is not None:
            response.shutdown()
    except ValueError:  # it has ended, and the next is not open yet
        return False
    return response is not None


def test_a_witness_whose_watch_ends_goes_on_and_misses_nothing(real: Stage) -> None:
    """As a watch does every five minutes, and one that is silent for a minute: what goes meanwhile is seen, once."""
    seen = witness(real)
    gone = []
    for _ in range(5):
        name = real.make()
        real.delete(real.config_map(name))
        gone.append(name)
        assert until(lambda: _ended(seen), "a watch is open, and ends")
    until(lambda: len(seen.ended) >= len(gone), "all were seen")
    seen.end()
    assert [each["metadata"]["name"] for each in seen.ended] == gone
    assert seen.gaps == 0
    assert not seen.is_alive()
