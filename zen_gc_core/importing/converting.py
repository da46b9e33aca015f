"""What comes of the documents of other tools: one conversion a policy, in the order of the files."""

from __future__ import annotations

from typing import TYPE_CHECKING

from zen_gc_core.importing.kube_janitor import converting as janitor
from zen_gc_core.importing.kube_janitor.flags import first_of
from zen_gc_core.importing.kube_janitor.rules import rules_of
from zen_gc_core.importing.recognising import KUBE_JANITOR

if TYPE_CHECKING:
    from collections.abc import Sequence

    from zen_gc_core.importing.conversion import Conversion, Source
    from zen_gc_core.importing.kinds import Kinds


def convert(tool: str, sources: Sequence[Source], kinds: Kinds) -> list[Conversion]:
    """What comes of the documents of one tool.

    Args:
        tool: The tool.
        sources: Its documents; none for what it does without one.
        kinds: What is known of kinds.

    Raises:
        InputError: A document is broken; one line with file and place.
    """
    return _CONVERT[tool](sources, kinds)


def _kube_janitor(sources: Sequence[Source], kinds: Kinds) -> list[Conversion]:
    flags = first_of((source.content, source.place) for source in sources)
    ruled = [source for source in sources if isinstance(source.content.get("rules"), list)]
    rules = tuple(rule for source in ruled for rule in rules_of(source))
    place = ruled[0].place if ruled else flags.place
    return [janitor.convert(flags, rules, kinds, place)]


_CONVERT = {KUBE_JANITOR: _kube_janitor}
