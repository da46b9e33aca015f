"""When an object has finished its work: a table of kinds, and conventions for all others.

``rows`` says what a row is, ``kinds`` holds those of well-known kinds, ``running`` what says that an object still runs,
``table`` asks an object. One answer for the TTL ``afterFinished``, for the protection of owned objects and for the
breaker. Where it cannot be told, an object is unfinished.
"""

from zen_gc_core.model.finishing.kinds import ROWS
from zen_gc_core.model.finishing.rows import Condition, Entry, Finishes
from zen_gc_core.model.finishing.table import BUILT_IN, TIMES, Finishing

__all__ = ["BUILT_IN", "ROWS", "TIMES", "Condition", "Entry", "Finishes", "Finishing"]
