"""What the suite promises of properties: nothing that runs beside one can fail it."""

from __future__ import annotations

import random
import threading

from hypothesis import given
from hypothesis import strategies as st


def _drawn_beside() -> int:
    """A value, while another thread draws a random number, as an elector or a retry does."""
    beside = threading.Thread(target=random.random)
    beside.start()
    beside.join()
    return 1


@given(st.builds(_drawn_beside))
def test_a_property_holds_beside_a_thread_that_draws_random_numbers(one: int) -> None:
    """Hypothesis takes it for a strategy that is not repeatable, and warns; warnings are errors."""
    assert one == 1
