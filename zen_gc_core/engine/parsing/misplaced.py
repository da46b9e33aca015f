"""Fields that people write in the wrong place or under another tool's name: where each belongs. Data alone."""

from __future__ import annotations

from typing import Final

from zen_gc_core.engine.parsing import behavior

_PLACES: Final = {
    "spec": (
        "targetResources",
        "conditions",
        "ttl",
        "retain",
        "action",
        "behavior",
        "schedule",
        "windows",
        "blackouts",
        "evaluationInterval",
        "paused",
        "serviceAccountName",
    ),
    "spec.schedule": ("jitter", "startingDeadline"),
    "spec.schedule, or an entry of spec.windows or spec.blackouts": ("cron",),
    "spec.schedule, spec.retain, or an entry of spec.windows or spec.blackouts": ("timeZone",),
    "an entry of spec.windows or spec.blackouts": ("duration",),
    "an entry of spec.blackouts": ("reason", "from", "until"),
    "spec.behavior": behavior.FIELDS,
    "spec.behavior.breaker": behavior.BREAKER_FIELDS,
    "spec.behavior.recycle": behavior.RECYCLE_FIELDS,
    "an entry of spec.targetResources": ("names", "namespaces", "namespaceSelector", "labelSelector", "fieldSelector"),
    "spec.retain": ("groupBy", "orderBy", "hourly", "daily", "weekly", "monthly", "yearly"),
    "labelSelector": ("matchLabels", "matchExpressions"),
    "fieldSelector": ("matchFields",),
    "spec.conditions": (
        "phase",
        "hasLabels",
        "hasAnnotations",
        "fields",
        "olderThan",
        "owner",
        "related",
        "unreferenced",
        "jmespath",
        "any",
        "all",
        "none",
    ),
    "spec.ttl": ("after", "afterCreation", "afterFinished", "expiresAt", "immediate"),
    "spec.action; to let the policy rest, write paused: true": ("suspend",),
    "spec.action": ("delete", "label", "annotate", "scale", "evict", "notify", "patch"),
    "spec.action.delete": ("propagationPolicy", "gracePeriodSeconds"),
}

HOMES: Final = {word: place for place, words in _PLACES.items() for word in words}
"""Where a field belongs, by its name."""

MEANT: Final = {
    "targets": "targetResources",
    "target": "targetResources",
    "resources": "targetResources",
    "selectors": "targetResources",
    "match": "targetResources",
    "interval": "evaluationInterval",
    "window": "windows",
    "maintenanceWindows": "windows",
    "syncWindows": "windows",
    "freeze": "blackouts",
    "tz": "timeZone",
    "selector": "labelSelector",
    "labels": "labelSelector",
    "serviceAccount": "serviceAccountName",
}
"""The field that a word of other tools means, where that field may stand."""
