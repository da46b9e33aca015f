"""From the schedules of other tools to ``schedule``: the five fields that everybody means alike, and no mistake in silence."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from zen_gc_core.durations import format_duration, parse_go_duration
from zen_gc_core.errors import InputError
from zen_gc_core.model.crons import parse_cron
from zen_gc_core.texts import one_line

if TYPE_CHECKING:
    from zen_gc_core.importing.conversion import Conversion, Document

_ZONED: Final = re.compile(r"(?:CRON_)?TZ=(\S+)\s+(.+)")


def add_schedule(spec: Document, written: Any, conversion: Conversion, path: str, deadline: Any = None) -> bool:
    """Write the schedule of an original into a spec.

    Args:
        spec: The spec.
        written: The schedule, as written.
        conversion: Takes what became of it.
        path: Where it stands in the original.
        deadline: ``startingDeadlineSeconds``; None where there is none.

    Returns:
        Whether it comes over; else the policy must rest.
    """
    if not isinstance(written, str) or not written.strip():
        conversion.impossible(path, "there is none, and without one it would act all the time")
        return False
    zoned = _ZONED.fullmatch(written.strip())
    zone, text = (zoned[1], zoned[2]) if zoned else ("", written.strip())
    if text.startswith("@every "):
        return _every(spec, text, conversion, path)
    try:
        cron = parse_cron(text)
    except InputError as error:
        conversion.impossible(path, f"'{one_line(written, 60)}' {error}")
        return False
    if cron.often:
        text = " ".join(["0", *text.split()[1:]])
        conversion.narrower(
            path, f"PROBABLY A MISTAKE: '{written}' {cron.often}; written as '{text}', which comes once"
        )
    else:
        words = zone or "UTC, unless the original ran by another clock"
        conversion.exact(path, f"schedule: '{text}', {words}")
    schedule: Document = {"cron": text}
    if zone:
        schedule["timeZone"] = zone
    if isinstance(deadline, int) and not isinstance(deadline, bool) and deadline > 0:
        schedule["startingDeadline"] = f"{deadline}s"
        conversion.exact("spec.startingDeadlineSeconds", f"schedule.startingDeadline: {deadline}s")
    spec["schedule"] = schedule if len(schedule) > 1 else text
    return True


def _every(spec: Document, text: str, conversion: Conversion, path: str) -> bool:
    try:
        interval = parse_go_duration(text.removeprefix("@every ").strip())
    except InputError as error:
        conversion.impossible(path, str(error))
        return False
    if interval.total_seconds() < 1:
        conversion.impossible(path, f"'{text}' is less than a second")
        return False
    spec["evaluationInterval"] = format_duration(interval)
    conversion.exact(path, f"evaluationInterval: {spec['evaluationInterval']}")
    return True
