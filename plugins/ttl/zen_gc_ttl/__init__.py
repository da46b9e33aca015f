"""zen-gc's own TTLs: when an object has outlived its use. Each keyword lives in a module; here they are offered."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from zen_gc_core import hookimpl
from zen_gc_ttl.after import AFTER, AFTER_CREATION, AFTER_FINISHED
from zen_gc_ttl.expires_at import EXPIRES_AT
from zen_gc_ttl.expression import CEL
from zen_gc_ttl.immediate import IMMEDIATE

if TYPE_CHECKING:
    import datetime as dt

    from zen_gc_core import Keyword


@hookimpl
def zen_gc_ttls() -> list[Keyword[Any, dt.datetime | None]]:
    """The project's TTLs."""
    return [AFTER_CREATION, AFTER_FINISHED, AFTER, EXPIRES_AT, IMMEDIATE, CEL]
