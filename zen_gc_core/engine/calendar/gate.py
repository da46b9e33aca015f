"""The gate before writes: whether windows and blackouts let one through, remembered for as long as the answer cannot change."""

from __future__ import annotations

from typing import TYPE_CHECKING

from zen_gc_core.engine.calendar.opening import may_write

if TYPE_CHECKING:
    import datetime as dt

    from zen_gc_core.engine.calendar.opening import Answer
    from zen_gc_core.model.calendars import Calendar


class Gate:
    """Windows and blackouts of one policy; may be asked by several threads.

    Args:
        calendar: When the policy may write.
    """

    def __init__(self, calendar: Calendar) -> None:
        self._calendar = calendar
        self._known: tuple[dt.datetime, Answer] | None = None

    @property
    def stands(self) -> bool:
        """Whether there is anything to ask: a window, or a blackout."""
        return bool(self._calendar.windows or self._calendar.blackouts)

    def closed(self, now: dt.datetime) -> str | None:
        """Why nothing may be written at an instant; None when it may.

        Args:
            now: The instant, in UTC.
        """
        if not self.stands:
            return None
        known = self._known
        if known is None or not known[0] <= now < known[1].until:
            known = self._known = (now, may_write(self._calendar, now))
        return known[1].why
