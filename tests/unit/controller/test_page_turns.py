"""All lists together have one page in flight and one read ahead, and nobody waits long for another."""

from __future__ import annotations

import threading
import time

from zen_gc_core.cluster.page_turns import LONGEST_TURN, PageTurns


class Reader:
    """A list that asks for one page, on a thread of its own."""

    def __init__(self, turns: PageTurns, who: str) -> None:
        self.began = threading.Event()
        self.answer: bool | None = None
        self._turns = turns
        self._who = who
        self._thread = threading.Thread(target=self._ask, daemon=True)
        self._thread.start()

    def _ask(self) -> None:
        self.answer = self._turns.begin(self._who)
        self.began.set()

    def waits(self) -> bool:
        """Whether it still waits after a while."""
        return not self.began.wait(0.2)


def test_one_page_is_in_flight() -> None:
    """The second list asks when the first one's has come, although somebody waits for it."""
    turns = PageTurns()
    turns.want("a")
    turns.want("b")
    assert turns.begin("a")
    second = Reader(turns, "b")
    assert second.waits()
    turns.end("a")
    assert second.began.wait(30)


def test_one_page_is_read_ahead() -> None:
    """The second list reads none before it is wanted, until somebody has the first one's."""
    turns = PageTurns()
    assert turns.begin("a")
    turns.end("a")
    second = Reader(turns, "b")
    assert second.waits()
    turns.have("a")
    assert second.began.wait(30)


def test_a_page_that_is_waited_for_waits_for_no_page_read_ahead() -> None:
    """Whoever judges slowly holds up himself."""
    turns = PageTurns()
    assert turns.begin("a")
    turns.end("a")
    second = Reader(turns, "b")
    assert second.waits()
    turns.want("b")
    assert second.began.wait(30)


def test_a_page_that_does_not_come_holds_up_nobody_for_long() -> None:
    """After some seconds the others go on beside it."""
    now = [100.0]
    turns = PageTurns(lambda: now[0])
    turns.want("a")
    turns.want("b")
    assert turns.begin("a")
    second = Reader(turns, "b")
    assert second.waits()
    now[0] += LONGEST_TURN
    turns.want("c")  # whatever happens wakes who waits; else it is the time that it waits
    assert second.began.wait(30)


def test_a_page_that_is_asked_for_again_waits_for_no_page_of_its_own() -> None:
    """A request that failed is made again, whether or not the page is wanted by then."""
    turns = PageTurns()
    assert turns.begin("a")
    turns.end("a")
    again = Reader(turns, "a")
    assert again.began.wait(30)


def test_who_waits_for_longest_is_next() -> None:
    """So that lists that hang one after the other starve nobody."""
    now = [100.0]
    turns = PageTurns(lambda: now[0])
    for who in "abc":
        turns.want(who)
    assert turns.begin("a")
    second = Reader(turns, "b")
    assert second.waits()
    third = Reader(turns, "c")
    assert third.waits()
    now[0] += LONGEST_TURN
    turns.want("b")
    assert second.began.wait(30)
    assert third.waits()
    now[0] += LONGEST_TURN
    turns.want("c")
    assert third.began.wait(30)


def test_a_list_that_nobody_wants_any_more_stops_waiting() -> None:
    """Its thread ends."""
    turns = PageTurns()
    assert turns.begin("a")
    second = Reader(turns, "b")
    assert second.waits()
    turns.leave("b")
    assert second.began.wait(30)
    assert second.answer is False
    turns.leave("a")
    began = time.monotonic()
    third = Reader(turns, "c")
    turns.end("a")
    assert third.began.wait(30)
    assert time.monotonic() - began < 30
