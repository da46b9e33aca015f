"""The schema of ``spec``: the policy's own fields, in both spellings, and the installed keywords."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from zen_gc_core.engine.crds import rules
from zen_gc_core.engine.crds.calendar_schema import calendar_schemas
from zen_gc_core.engine.crds.nodes import boolean, duration, integer, mapping, record, sequence, text
from zen_gc_core.engine.crds.retain_schema import retain_schema
from zen_gc_core.engine.crds.structural import OPEN, configuration_schema, visible
from zen_gc_core.engine.crds.targets_schema import target_schema, targets_schema
from zen_gc_core.engine.parsing import limits
from zen_gc_core.engine.parsing.legacy import PROPAGATION_POLICIES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from zen_gc_core.engine.crds.structural import Schema
    from zen_gc_core.offering import Offered
    from zen_gc_core.vocabulary import Vocabulary

_OLD: Final = "In the Go program's spelling: "


def spec_schema(vocabulary: Vocabulary) -> Schema:
    """The schema of ``spec``.

    Args:
        vocabulary: The installed keywords.
    """
    fields = {
        "targetResources": targets_schema(),
        "targetResource": target_schema(),
        "conditions": _conditions(vocabulary.matchers),
        "ttl": _ttl(vocabulary.ttls),
        "retain": retain_schema(),
        "action": record(
            "What becomes of what is due: exactly one action. By default it is deleted.",
            _configurations(vocabulary.actions),
            least=1,
            most=1,
        ),
        "behavior": _behavior(),
        **calendar_schemas(),
        "evaluationInterval": duration(
            "How often the policy runs; by default as the controller is told. In a namespace, 10s is the least that counts."
        ),
        "paused": boolean("Whether the policy rests."),
        "serviceAccountName": text(
            "The ServiceAccount of the policy's namespace as which it looks at objects and acts on them; by default the "
            "controller's, unless the controller has a default of its own.",
            most=limits.NAME,
        ),
    }
    return record(
        "What is garbage, when, and what becomes of it.",
        fields,
        most=len(fields),  # more are unknown ones, which the program refuses; each may be as deep as it likes
        required=("ttl",),
        rules=(rules.SOME_TARGET, rules.not_both("targetResource", "targetResources"), rules.ONE_ACTION),
    )


def _configurations(words: Mapping[str, Offered]) -> dict[str, Schema]:
    return {name: configuration_schema(offered.adapter) for name, offered in sorted(words.items())}


def _conditions(words: Mapping[str, Offered]) -> Schema:
    test = {"type": "object", "nullable": True, OPEN: True}
    known = _configurations(words)
    known["and"] = sequence(f"{_OLD}tests of fields (fieldPath, operator, value); see fields.", test, least=1)
    together = (rules.not_both("and", "fields"),) if visible(known.get("fields", {})) else ()
    return record(
        "What must hold of an object; all of it. An object of which that cannot be told is kept.",
        known,
        most=limits.KEYWORDS,
        rules=together,
    )


def _ttl(words: Mapping[str, Offered]) -> Schema:
    known = _configurations(words)
    starts = [*(name for name, schema in known.items() if visible(schema)), *_OLD_TTLS]
    return record(
        "When an object is due: exactly one TTL.",
        {**known, **_old_ttl()},
        least=1,
        most=3,
        rules=(
            rules.at_most_one(starts, "exactly one TTL is needed"),
            rules.needs("relativeTo", "secondsAfter"),
            rules.needs("secondsAfter", "relativeTo"),
            rules.needs("mappings", "fieldPath"),
            rules.needs("default", "fieldPath"),
        ),
    )


_OLD_TTLS: Final = ("secondsAfterCreation", "fieldPath", "relativeTo")


def _old_ttl() -> dict[str, Schema]:
    def seconds(description: str) -> Schema:
        return integer(f"{_OLD}{description}", least=1, most=limits.LONGEST_SECONDS)

    return {
        "secondsAfterCreation": seconds("so many seconds after creation; see afterCreation."),
        "fieldPath": text(f"{_OLD}the field that holds the wait; see after.", most=limits.FIELD_PATH),
        "mappings": mapping(
            f"{_OLD}classes of the field and their seconds.",
            integer("Seconds.", least=1, most=limits.LONGEST_SECONDS),
            most=limits.MAPPINGS,
        ),
        "default": seconds("the seconds of a class that is not among the mappings."),
        "relativeTo": text(f"{_OLD}the field that holds the start; see after.", most=limits.FIELD_PATH),
        "secondsAfter": seconds("so many seconds after that start."),
    }


def _behavior() -> Schema:
    breaker = record(
        "When a run is too much: then it acts on nothing, until the breaker is lifted.",
        {
            "maxObjects": integer("The most objects that a run may act on; by default no limit.", least=1),
            "maxPercent": integer("The most of the unfinished objects in scope; by default 50.", least=1, most=100),
            "minObjects": integer("From how many unfinished objects on maxPercent counts; by default 100.", least=1),
        },
    )
    recycle = record(
        "What is deleted is copied first: without a copy, no delete.",
        {"keepFor": duration("How long a copy is kept.")},
        required=("keepFor",),
    )
    rate: dict[str, Any] = {
        "description": "The most writes a second, one a minute at least; 0 takes the controller's default.",
        "type": "number",
        "nullable": True,
        "minimum": 0,
        "maximum": limits.DELETIONS_PER_SECOND,
        "x-kubernetes-validations": [rules.LOWEST_RATE],
    }
    return record(
        "How the policy acts.",
        {
            "dryRun": boolean("Whether the policy only says what it would do."),
            "maxDeletionsPerSecond": rate,
            "batchSize": integer(
                "The most writes between two looks at the policy, 20 at most; 0 takes the controller's default.",
                least=0,
            ),
            "includeOwned": boolean("Whether unfinished objects with a controller owner may be taken."),
            "includeManaged": boolean("Whether unfinished objects that Argo CD, Flux or Helm tracks may be taken."),
            "whileHolding": boolean(
                "With label and annotate: whether what was written is taken away from objects that meet the policy no more."
            ),
            "notice": duration("How long before objects are due an event names the next of them."),
            "breaker": breaker,
            "recycle": recycle,
            "propagationPolicy": text(f"{_OLD}see action.delete.", among=("", *PROPAGATION_POLICIES)),
            "gracePeriodSeconds": integer(f"{_OLD}see action.delete.", least=0),
            "finalizer": text(f"{_OLD}without effect, as it was there.", least=0, most=limits.NAME),
        },
    )
