"""Cron expressions: the five fields that everybody means alike, and nothing that is read one way here and another there.

What is accepted comes out in one canonical spelling, which lists every value. When it comes to pass is
``zen_gc_core.model.wall_times``' to say.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from zen_gc_core.errors import InputError
from zen_gc_core.texts import counted, did_you_mean, listed, visible

LONGEST: Final = 256
"""The most characters of an expression."""

MACROS: Final = {
    "@hourly": "0 * * * *",
    "@daily": "0 0 * * *",
    "@midnight": "0 0 * * *",
    "@weekly": "0 0 * * 0",
    "@monthly": "0 0 1 * *",
    "@yearly": "0 0 1 1 *",
    "@annually": "0 0 1 1 *",
}
"""What the words that stand for an expression mean."""

_MONTHS: Final = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
_DAYS: Final = ("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT")
_LONGEST_MONTHS: Final = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
_TERM: Final = re.compile(r"(\*|[0-9]{1,4}|[A-Za-z]{3})(?:-([0-9]{1,4}|[A-Za-z]{3}))?(?:/([0-9]{1,4}))?", re.ASCII)
_EVERY: Final = "*"


@dataclass(frozen=True, slots=True)
class _Field:
    """One of the five fields.

    Args:
        name: What it is called.
        least: Its least value.
        most: Its largest value.
        words: The names of its values, from the least on.
        sunday: Whether one more than the largest value means the least: Sunday is 0 and 7.
    """

    name: str
    least: int
    most: int
    words: tuple[str, ...] = ()
    sunday: bool = False

    @property
    def all(self) -> frozenset[int]:
        """All of its values."""
        return frozenset(range(self.least, self.most + 1))

    def read(self, text: str) -> frozenset[int]:
        """The values that a text names.

        Raises:
            InputError: It is malformed, or names what does not exist.
        """
        if not text:
            raise InputError(f"{self.name}: nothing stands between two commas")
        return frozenset().union(*(self._term(term) for term in text.split(",")))

    def _term(self, term: str) -> frozenset[int]:
        if not term:
            raise InputError(f"{self.name}: nothing stands between two commas")
        parts = _TERM.fullmatch(term)
        if parts is None or (parts[1] == _EVERY and parts[2]):
            raise InputError(f"{self.name}: '{visible(term, 40)}' is not understood{_hint(term)}")
        step = self._step(parts[3])
        if parts[1] == _EVERY:
            return self._folded(range(self.least, self.most + 1, step))
        first = self._value(parts[1])
        if parts[2] is None:
            if parts[3] is not None:
                raise InputError(f"{self.name}: '{term}' has a step but no range; write '{first}-{self.most}/{step}'")
            return self._folded([first])
        last = self._value(parts[2])
        if self.sunday and last == 0 and first > 0:
            last = 7
        if last < first:
            raise InputError(
                f"{self.name}: '{term}' ends before it begins; write '{first}-{self.most},{self.least}-{last}'"
            )
        return self._folded(range(first, last + 1, step))

    def _step(self, text: str | None) -> int:
        if text is None:
            return 1
        step, size = int(text), self.most - self.least + 1
        if not 1 <= step < size:
            raise InputError(f"{self.name}: a step is 1 to {size - 1}, not {step}")
        return step

    def _value(self, text: str) -> int:
        if text.isalpha():
            if text.upper() in self.words:
                return self.words.index(text.upper()) + self.least
            known = f"; write a number{did_you_mean(text, self.words)}" if self.words else "; it takes numbers alone"
            raise InputError(f"{self.name}: '{text}' is no value of it{known}")
        value = int(text)
        if not self.least <= value <= self.most + self.sunday:
            raise InputError(f"{self.name}: {value} is not within {self.least}-{self.most}")
        return value

    def _folded(self, values: range | list[int]) -> frozenset[int]:
        return frozenset(value % 7 if self.sunday else value for value in values)


_MINUTE: Final = _Field("minute", 0, 59)
_HOUR: Final = _Field("hour", 0, 23)
_DAY: Final = _Field("day of month", 1, 31)
_MONTH: Final = _Field("month", 1, 12, _MONTHS)
_WEEKDAY: Final = _Field("day of week", 0, 6, _DAYS, sunday=True)
_FIELDS: Final = (_MINUTE, _HOUR, _DAY, _MONTH, _WEEKDAY)


@dataclass(frozen=True, slots=True)
class Cron:
    """A cron expression: minutes of days, by the clock on the wall.

    Args:
        text: As it was written.
        canonical: The same with every value written out; the same for what means the same.
        often: What its author should look at, for it comes more often than it reads; empty when there is nothing.
    """

    text: str
    canonical: str
    often: str = ""

    def __str__(self) -> str:
        return self.text


def parse_cron(text: str) -> Cron:
    """Read a cron expression of five fields, or one of the words that stand for one (``@daily``).

    Raises:
        InputError: It is malformed, of another kind of cron, ambiguous, or never comes to pass.
    """
    if len(text) > LONGEST:
        raise InputError(f"has {len(text)} characters; {LONGEST} are the most")
    written = text.strip(" \t\r\n")
    if written.startswith("@"):
        return Cron(text, parse_cron(_macro(written)).canonical)
    parts = re.split(r"[ \t]+", written)
    if parts[0].partition("=")[0].upper() in {"TZ", "CRON_TZ"}:
        raise InputError("the zone stands beside it: write timeZone, such as timeZone: Europe/Berlin")
    _check_number(parts)
    values = [field.read(part) for field, part in zip(_FIELDS, parts, strict=True)]
    _, _, days, months, _ = values
    if parts[2] != _EVERY and parts[4] != _EVERY:
        raise InputError(
            "day of month and day of week together mean 'either' to some crons and 'both' to others; write * for one of them"
        )
    if min(days) > max(_LONGEST_MONTHS[month - 1] for month in months):
        raise InputError(f"it never comes: there is no day {min(days)} in {_month_words(months)}")
    canonical = " ".join(
        _EVERY if found == field.all else ",".join(map(str, sorted(found)))
        for field, found in zip(_FIELDS, values, strict=True)
    )
    return Cron(text, canonical, _often(parts[0], values))


def _macro(word: str) -> str:
    meaning = MACROS.get(word.lower())
    if meaning is not None:
        return meaning
    if word.lower().startswith("@every"):
        raise InputError("'@every' counts from the last run, and a cron does not; write evaluationInterval instead")
    if word.lower() == "@reboot":
        raise InputError(
            "'@reboot' is no time: a restart of the controller makes nothing due; write five fields, such as '0 3 * * *'"
        )
    raise InputError(
        f"{visible(word, 40)!r} is not known{did_you_mean(word, MACROS)}; write five fields, such as '0 3 * * *'"
    )


def _check_number(parts: list[str]) -> None:
    number = len(parts) if parts != [""] else 0
    if number == len(_FIELDS):
        return
    if number == 6:
        hint = f"; without seconds it is '{visible(' '.join(parts[1:]), 80)}'"
    elif number == 7:
        hint = f"; without seconds and years it is '{visible(' '.join(parts[1:6]), 80)}'"
    else:
        hint = ", such as '0 3 * * *'"
    names = listed([field.name for field in _FIELDS])
    raise InputError(f"has {counted(number, 'field')}; a cron expression has five: {names}{hint}")


def _hint(term: str) -> str:
    """What to write instead of what other kinds of cron know."""
    upper = term.upper()
    if "?" in term:
        return "; write * for any"
    if upper.endswith(("L", "W")) or "#" in term:
        return ": L, W and # are not standard; write the days themselves, such as 28 or 1-7"
    if upper.startswith("H"):
        return ": H is Jenkins'; write the number, and spread runs with jitter"
    return "; write a number, a range 1-5, a step */5 or a list 1,3"


def _month_words(months: frozenset[int]) -> str:
    return listed([_MONTHS[month - 1].capitalize() for month in sorted(months)], "or")


def _often(minute: str, values: list[frozenset[int]]) -> str:
    minutes, hours = values[0], values[1]
    if minute != _EVERY or hours == _HOUR.all:
        return ""
    if len(hours) == 1:
        (hour,) = hours
        return (
            f"comes {len(minutes)} times between {hour:02}:00 and {hour:02}:59; write 0 for the minute to have it once"
        )
    return f"comes {len(minutes)} times in each of {len(hours)} hours; write 0 for the minute to have it once in each"
