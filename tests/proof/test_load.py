"""The load of ``make proof PART=load``, a small one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.proof.load import MOST_ILL, Load, printed

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cluster.controller.stage import EmbeddedStage


@pytest.mark.timeout(1800)
def test_it_bears_policies_slow_clients_and_a_log_that_nobody_reads(embedded: EmbeddedStage, tmp_path: Path) -> None:
    """How long its probe says no is a matter of the machine; everything else is as promised on any."""
    rows = Load(embedded, tmp_path, policies=300, clients=200, seconds=4.0).run()
    print(printed(rows))  # noqa: T201  the figures
    assert not [row for row in rows if row.good is False and f"bound {MOST_ILL:.0f}" not in row.seen], printed(rows)
    assert sum(row.good is not None for row in rows) >= 9
