"""A total reader of decoded JSON: whatever stands somewhere, the answer is a value of the right type, or a problem.

No knowledge of policies in here. Nothing raises: what is wrong is noted with its place, and reading goes on, so that
all problems of a policy are found at once.
"""

from __future__ import annotations

import json
import math
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from zen_gc_core.durations import parse_duration
from zen_gc_core.engine.parsing import limits
from zen_gc_core.engine.parsing.spelling import Spelling, child, item, shown
from zen_gc_core.errors import InputError
from zen_gc_core.model.policy import Problem
from zen_gc_core.model.reasons import Reason
from zen_gc_core.texts import did_you_mean, nearest, visible

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from datetime import timedelta

_MOST_UNKNOWN: Final = 8
_PLAIN: Final = re.compile(r"[A-Za-z][A-Za-z0-9._-]{0,62}", re.ASCII)
"""Text that needs no quotes in a list of YAML."""
_LONGEST_MESSAGE: Final = 500


@dataclass(slots=True)
class Problems:
    """What is wrong, and what the author should look at, collected in the order of reading.

    Args:
        spelling: Turns native places into what the user wrote.
        errors: What refuses the policy.
        warnings: What does not.
        settled: Native places that are refused already and taken out, so that nobody reports them as missing.
        homes: Where a field belongs, by its name; for one that stands elsewhere.
        meant: The field that a word of other tools means.
    """

    spelling: Spelling = field(default_factory=Spelling)
    errors: list[Problem] = field(default_factory=list)
    warnings: list[Problem] = field(default_factory=list)
    settled: set[str] = field(default_factory=set)
    homes: Mapping[str, str] = field(default_factory=dict)
    meant: Mapping[str, str] = field(default_factory=dict)

    def refuse(self, path: str, message: str, reason: Reason = Reason.INVALID_POLICY) -> None:
        """Note an error at a native place."""
        self.errors.append(Problem(self.spelling.written(path), visible(message, _LONGEST_MESSAGE), reason))

    def warn(self, path: str, message: str) -> None:
        """Note a warning at a native place."""
        self.warnings.append(Problem(self.spelling.written(path), visible(message, _LONGEST_MESSAGE)))


def described(value: Any) -> str:
    """A value of the user's for a message: short scalars as they are, the rest by its type in JSON's words."""
    if isinstance(value, str):
        return shown(value)
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return str(value) if not isinstance(value, int) or abs(value) < 10**24 else "a very large number"
    if isinstance(value, dict | list):
        return "an object" if isinstance(value, dict) else "a list"
    return f"a value of type {type(value).__name__}"


@dataclass(frozen=True, slots=True)
class Place:
    """A value and where it stands.

    Args:
        value: Decoded JSON, of any type.
        path: Where, natively.
        problems: Where problems go.
    """

    value: Any
    path: str
    problems: Problems

    def refuse(self, message: str, reason: Reason = Reason.INVALID_POLICY) -> None:
        """Note an error at this place."""
        self.problems.refuse(self.path, message, reason)

    def fields(self, known: Collection[str], *, nullable: Collection[str] = ()) -> Fields | None:
        """Read an object of known fields; unknown ones are refused with the nearest known name.

        Args:
            known: The names of the fields.
            nullable: Those that may be null; the others are refused, as a forgotten value must not widen a policy.

        Returns:
            The known fields that are there; None when this is no object.
        """
        entries = self.entries()
        if entries is None:
            return None
        unknown = [name for name in entries if name not in known]
        candidates = [self.problems.spelling.word(self.path, name) for name in known]
        candidates += self.problems.spelling.words.get(self.path, ())
        for name in unknown[:_MOST_UNKNOWN]:
            self.refuse(f"unknown field {shown(name)}{self._advice(name, candidates)}")
        if len(unknown) > _MOST_UNKNOWN:
            self.refuse(f"{len(unknown) - _MOST_UNKNOWN} more unknown fields")
        present = {name: place for name, place in entries.items() if name in known}
        for name, place in present.items():
            if place.value is None and name not in nullable:
                place.refuse("is null; leave it out, or give it a value")
        return Fields(
            self, {name: place for name, place in present.items() if place.value is not None or name in nullable}
        )

    def _advice(self, name: str, candidates: list[str]) -> str:
        """What to write instead of an unknown field."""
        problems = self.problems
        if (home := problems.homes.get(name)) is not None:
            return f"; it belongs in {home}"
        if (meant := problems.meant.get(name)) in candidates:
            return f"; did you mean '{meant}'?"
        if near := did_you_mean(name, candidates):
            return near
        elsewhere = nearest(name, problems.homes)
        return f"; did you mean '{elsewhere}', which belongs in {problems.homes[elsewhere]}?" if elsewhere else ""

    def entries(self, *, most: int | None = None) -> dict[str, Place] | None:
        """Read an object of any fields; None when it is none, or one of more than ``most`` fields."""
        if not isinstance(self.value, dict):
            self.refuse(f"must be an object, not {described(self.value)}{_without_dashes(self.value)}")
            return None
        if most is not None and len(self.value) > most:
            self.refuse(f"has {len(self.value)} entries; {most} are the most")
            return None
        if any(not isinstance(key, str) for key in self.value):
            stray = next(key for key in self.value if not isinstance(key, str))
            self.refuse(f"a key must be text, not {described(stray)}; write it in quotes")
            return None
        return {key: Place(value, child(self.path, key), self.problems) for key, value in self.value.items()}

    def items(self, *, most: int, least: int = 0) -> list[Place] | None:
        """Read a list; None when it is none, or one of a length that is refused."""
        if not isinstance(self.value, list):
            self.refuse(f"must be a list, not {described(self.value)}{_in_a_list(self.value)}")
            return None
        if len(self.value) < least:
            self.refuse("must not be an empty list")
            return None
        if len(self.value) > most:
            self.refuse(f"has {len(self.value)} entries; {most} are the most")
            return None
        return [Place(value, item(self.path, index), self.problems) for index, value in enumerate(self.value)]

    def text(self, *, most: int | None = None, least: int = 1) -> str | None:
        """Read text of so many characters; None when it is none."""
        if not isinstance(self.value, str):
            quoted = "" if isinstance(self.value, dict | list) or self.value is None else "; write it in quotes"
            self.refuse(f"must be text, not {described(self.value)}{quoted}")
            return None
        if len(self.value) < least:
            self.refuse("must not be empty")
            return None
        if most is not None and len(self.value) > most:
            self.refuse(f"has {len(self.value)} characters; {most} are the most")
            return None
        return self.value

    def choice(self, known: Collection[str]) -> str | None:
        """Read one of a few words; None when it is none of them."""
        if isinstance(self.value, str) and self.value in known:
            return self.value
        near = did_you_mean(self.value, known) if isinstance(self.value, str) else ""
        self.refuse(f"must be one of {', '.join(known)}, not {described(self.value)}{near}")
        return None

    def boolean(self) -> bool | None:
        """Read a boolean; None when it is none."""
        if isinstance(self.value, bool):
            return self.value
        self.refuse(f"must be true or false, not {described(self.value)}")
        return None

    def integer(self, *, least: int, most: int = limits.INTEGER) -> int | None:
        """Read an integer within bounds; None when it is none."""
        if isinstance(self.value, bool) or not isinstance(self.value, int):
            self.refuse(f"must be an integer, not {described(self.value)}")
            return None
        return self.value if self._within(self.value, least, most) else None

    def number(self, *, least: float, most: float) -> float | None:
        """Read a number within bounds; None when it is none."""
        numeric = isinstance(self.value, int | float) and not isinstance(self.value, bool)
        if not numeric or (isinstance(self.value, float) and math.isnan(self.value)):
            self.refuse(f"must be a number, not {described(self.value)}")
            return None
        return float(self.value) if self._within(self.value, least, most) else None

    def duration(self) -> timedelta | None:
        """Read a duration; None when it is none."""
        try:
            return parse_duration(self.value)
        except InputError as error:
            self.refuse(str(error))
        except ValueError:
            self.refuse("a duration is at most 100 years")
        return None

    def _within(self, value: float, least: float, most: float) -> bool:
        if value < least:
            self.refuse(f"must be {least} or more, not {described(value)}")
        elif value > most:
            self.refuse(f"must be {most} or less, not {described(value)}")
        return least <= value <= most


@dataclass(frozen=True, slots=True)
class Fields:
    """The fields of an object that are there.

    Args:
        place: The object.
        present: Its known fields, by name.
    """

    place: Place
    present: dict[str, Place]

    def get(self, name: str) -> Place | None:
        """A field; None when it is not there."""
        return self.present.get(name)

    def required(self, name: str, why: str = "is missing") -> Place | None:
        """A field that must be there; refuses the object when it is not.

        Args:
            name: The field.
            why: What to say when it is missing.
        """
        found = self.present.get(name)
        path = child(self.place.path, name)
        if found is None and name not in self.place.value and path not in self.place.problems.settled:
            self.place.problems.refuse(path, why)
        return found

    def boolean(self, name: str, *, default: bool) -> bool:
        """A boolean field, or its default."""
        found = self.present.get(name)
        value = found.boolean() if found is not None else None
        return default if value is None else value


def _in_a_list(value: Any) -> str:
    """What to write instead of a text, or an object, where a list belongs."""
    if isinstance(value, str) and value.strip():
        parts = [visible(part.strip(), 64) for part in value.split(",") if part.strip()][:3]
        return f": write [{', '.join(part if _PLAIN.fullmatch(part) else json.dumps(part) for part in parts)}]"
    return "; begin its entry with a dash" if isinstance(value, dict) and value else ""


def _without_dashes(value: Any) -> str:
    """What to write instead of a list of objects where one object belongs."""
    return "; leave out the dashes" if isinstance(value, list) and value and isinstance(value[0], dict) else ""
