"""zen-gc's own matchers: which objects a policy means. Each keyword lives in a module; here they are offered."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from zen_gc_conditions.combinations import ALL, ANY, NONE
from zen_gc_conditions.expressions import CEL, JMESPATH
from zen_gc_conditions.fields import FIELDS
from zen_gc_conditions.older_than import OLDER_THAN
from zen_gc_conditions.owner import OWNER
from zen_gc_conditions.phase import PHASE
from zen_gc_conditions.references import reference_rows
from zen_gc_conditions.related import RELATED
from zen_gc_conditions.strings import HAS_ANNOTATIONS, HAS_LABELS
from zen_gc_conditions.unreferenced import UNREFERENCED
from zen_gc_core import hookimpl

if TYPE_CHECKING:
    from zen_gc_core import Keyword, ReferenceRow


@hookimpl
def zen_gc_matchers() -> list[Keyword[Any, bool]]:
    """The project's matchers."""
    strings = [HAS_LABELS, HAS_ANNOTATIONS]
    return [PHASE, *strings, FIELDS, OLDER_THAN, OWNER, RELATED, UNREFERENCED, CEL, JMESPATH, ANY, ALL, NONE]


@hookimpl
def zen_gc_references() -> list[ReferenceRow]:
    """The fields of Kubernetes' own kinds that name others, and what is used without being named."""
    return reference_rows()
