"""A condition about other objects: it declares which, and they are listed before each write anew."""

from __future__ import annotations

from zen_gc_core import Build, Candidate, Compiled, Config, Keyword, Relation, Run, hookimpl
from zen_gc_core.testing import ask


class Unbooked(Config):
    """No Booking of its Namespace names the object."""


def compile_unbooked(_config: Unbooked, _build: Build) -> Compiled[bool]:
    def room_of(booking: Candidate) -> list[tuple[str, str]]:
        room = booking.get("spec.room")
        return [(booking.namespace, room)] if isinstance(room, str) else []

    bookings = Relation("acme.io/v1", "Booking", room_of, reads=["spec.room"], absent=True)

    def holds(candidate: Candidate, run: Run) -> bool:
        return run.find(bookings, [(candidate.namespace, candidate.name)], candidate.namespace).none()

    return Compiled(holds, reads=[], relations=[bookings])


UNBOOKED = Keyword("acme.io/unbooked", Unbooked, compile_unbooked)


@hookimpl
def zen_gc_matchers() -> list[Keyword[Unbooked, bool]]:
    return [UNBOOKED]


def test_a_room_that_is_booked_stays() -> None:
    room = {"apiVersion": "acme.io/v1", "kind": "Room", "metadata": {"name": "red", "namespace": "hall"}}
    booking = {
        "apiVersion": "acme.io/v1",
        "kind": "Booking",
        "metadata": {"name": "b", "namespace": "hall"},
        "spec": {"room": "red"},
    }
    assert ask(UNBOOKED, {}, room, related=[booking]) is False
    assert ask(UNBOOKED, {}, room, related=[]) is True
