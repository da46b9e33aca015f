"""Which way a condition pulls: whether an object could be collected because the condition does not match it."""

from __future__ import annotations

import enum


class Polarity(enum.Enum):
    """What becomes of an object that a condition does not match.

    ``INCLUDES``: it is kept. ``EXCLUDES``: it may be collected for just that, as under ``none`` and ``!``. ``EITHER``:
    that cannot be told, as within a comparison of answers.
    """

    INCLUDES = "includes"
    EXCLUDES = "excludes"
    EITHER = "either"

    @property
    def reversed(self) -> Polarity:
        """The polarity below a negation."""
        if self is Polarity.EITHER:
            return self
        return Polarity.EXCLUDES if self is Polarity.INCLUDES else Polarity.INCLUDES

    @property
    def collects(self) -> bool:
        """Whether not matching could collect."""
        return self is not Polarity.INCLUDES
