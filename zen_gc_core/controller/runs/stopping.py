"""The end of a run before its plan's: why, and whether somebody wished it."""

from __future__ import annotations


class Stopped(Exception):  # noqa: N818  it says what happened to a run
    """A run must end before its plan does.

    Args:
        reason: The condition's reason.
        message: Why, in one line; fit for logs and events.
        expected: Whether that is somebody's wish (a pause, an edit) rather than a failure.
        words: The server's words about it, which may quote an object: for the status alone.
    """

    def __init__(self, reason: str, message: str, *, expected: bool = False, words: str = "") -> None:
        self.reason = reason
        self.expected = expected
        self.words = words
        super().__init__(message)
