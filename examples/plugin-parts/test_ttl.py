"""A TTL: the instant at which an object is due, or never."""

from __future__ import annotations

import datetime as dt

from zen_gc_core import Build, Candidate, Compiled, Config, Duration, Keyword, Run, Undecided, hookimpl, parse_instant
from zen_gc_core.testing import ask, check_keyword

PATH = "spec.leaseEnds"


class AfterLease(Config):
    """So long after the lease that the object names has ended."""

    wait: Duration


def compile_after_lease(config: AfterLease, _build: Build) -> Compiled[dt.datetime | None]:
    def ended(candidate: Candidate, _run: Run) -> dt.datetime | None:
        text = candidate.get(PATH)
        if not isinstance(text, str):
            raise Undecided(f"{PATH} is no text")
        return parse_instant(text)

    def expiry(candidate: Candidate, run: Run) -> dt.datetime | None:
        start = ended(candidate, run)
        return None if start is None else start + config.wait

    return Compiled(expiry, reads=[PATH], start=ended)  # by its start `retain` orders objects


AFTER_LEASE = Keyword("acme.io/afterLease", AfterLease, compile_after_lease)


@hookimpl
def zen_gc_ttls() -> list[Keyword[AfterLease, dt.datetime | None]]:
    return [AFTER_LEASE]


def test_it_is_due_so_long_after_the_lease() -> None:
    lease = {"apiVersion": "acme.io/v1", "kind": "Flat", "metadata": {"name": "a"}, "spec": {"leaseEnds": "2026-01-01"}}
    assert ask(AFTER_LEASE, {"wait": "2d"}, lease) == dt.datetime(2026, 1, 3, tzinfo=dt.UTC)
    check_keyword(AFTER_LEASE, {"wait": "2d"})
