"""What comes of the documents of other tools: one conversion a policy, in the order of the files."""

from __future__ import annotations

from typing import TYPE_CHECKING

from zen_gc_core.importing.cleaner import converting as cleaner
from zen_gc_core.importing.kube_janitor import converting as janitor
from zen_gc_core.importing.kube_janitor.flags import first_of
from zen_gc_core.importing.kube_janitor.rules import rules_of
from zen_gc_core.importing.kyverno import cleaning, deleting, labelled
from zen_gc_core.importing.kyverno.filters import filters_of
from zen_gc_core.importing.recognising import CLEANER, KUBE_JANITOR, KYVERNO, is_labelled
from zen_gc_core.importing.ttl_controller import converting as ttl_controller

if TYPE_CHECKING:
    from collections.abc import Sequence

    from zen_gc_core.importing.conversion import Conversion, Interpreter, Source
    from zen_gc_core.importing.kinds import Kinds


def convert(tool: str, sources: Sequence[Source], kinds: Kinds, interpreter: Interpreter) -> list[Conversion]:
    """What comes of the documents of one tool.

    Args:
        tool: The tool.
        sources: Its documents; none for what it does without one.
        kinds: What is known of kinds.
        interpreter: Evaluates CEL, for comparisons.

    Raises:
        InputError: A document is broken; one line with file and place.
    """
    if tool == KYVERNO:
        return _kyverno(sources, kinds, interpreter)
    if tool == KUBE_JANITOR:
        return [_kube_janitor(sources, kinds)]
    if tool == CLEANER:
        return [cleaner.convert(source, kinds) for source in sources]
    return [ttl_controller.convert(sources, kinds)]


def _kube_janitor(sources: Sequence[Source], kinds: Kinds) -> Conversion:
    flags = first_of((source.content, source.place) for source in sources)
    ruled = [source for source in sources if "rules" in source.content and "kind" not in source.content]
    rules = tuple(rule for source in ruled for rule in rules_of(source))
    return janitor.convert(flags, rules, kinds, ruled[0].place if ruled else flags.place)


def _kyverno(sources: Sequence[Source], kinds: Kinds, interpreter: Interpreter) -> list[Conversion]:
    filters = filters_of((source.content, source.place) for source in sources)
    exceptions = [source for source in sources if source.content.get("kind") == "PolicyException"]
    found = []
    for source in sources:
        kind = source.content.get("kind")
        if kind in {"DeletingPolicy", deleting.NAMESPACED}:
            found.append(deleting.convert(source, exceptions, filters, kinds, interpreter))
        elif kind in {"ClusterCleanupPolicy", cleaning.NAMESPACED}:
            found.append(cleaning.convert(source, filters, kinds))
    if not sources or any(is_labelled(source.content) for source in sources):
        found.append(labelled.convert())
    return found
