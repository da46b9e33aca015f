"""zen-gc's own actions: what becomes of an object that is due. Each is a request; the core carries it out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from zen_gc_actions.deleting import DELETE
from zen_gc_actions.evicting import EVICT
from zen_gc_actions.marking import ANNOTATE, LABEL
from zen_gc_actions.notifying import NOTIFY
from zen_gc_actions.patching import PATCH
from zen_gc_actions.scaling import SCALE
from zen_gc_actions.suspending import SUSPEND
from zen_gc_core import hookimpl

if TYPE_CHECKING:
    from zen_gc_core import Keyword


@hookimpl
def zen_gc_actions() -> list[Keyword[Any, Any]]:
    """The project's actions."""
    return [DELETE, LABEL, ANNOTATE, SCALE, SUSPEND, EVICT, NOTIFY, PATCH]
