"""Time zones by their IANA names, from the database that is installed with zen-gc: the same on every host."""

from __future__ import annotations

from functools import lru_cache
from importlib import resources
from typing import Final
from zoneinfo import ZoneInfo

from zen_gc_core.errors import InputError
from zen_gc_core.texts import did_you_mean, visible

LONGEST_NAME: Final = 64
"""The most characters that the name of a zone may have."""


@lru_cache(maxsize=1)
def zone_names() -> frozenset[str]:
    """The names of all zones (``Europe/Berlin``)."""
    return frozenset(resources.files("tzdata").joinpath("zones").read_text(encoding="ascii").split())


@lru_cache(maxsize=256)
def zone(name: str) -> ZoneInfo:
    """A zone by its name.

    Raises:
        InputError: There is none of that name.
    """
    if name not in zone_names():
        raise InputError(f"unknown time zone '{visible(name, LONGEST_NAME)}'{_instead(name)}")
    with resources.files("tzdata").joinpath("zoneinfo", *name.split("/")).open("rb") as data:
        return ZoneInfo.from_file(data, key=name)


def _instead(name: str) -> str:
    """What to write instead: the zone that is meant, or a city for an abbreviation, which many zones share."""
    near = did_you_mean(name, zone_names()) or did_you_mean(name, {one.rpartition("/")[2] for one in zone_names()})
    if near:
        meant = near.rpartition("'")[0].rpartition("'")[2]
        full = sorted(one for one in zone_names() if one == meant or one.endswith(f"/{meant}"))
        return f"; did you mean '{full[0]}'?"
    return "; write an IANA name such as 'Europe/Berlin'"
