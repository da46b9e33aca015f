"""How much a policy may hold. Numbers alone: the parser refuses more, and the schema of the CRDs says the same."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

TARGETS: Final = 32
"""The most entries of ``targetResources``."""

EXCEPTED: Final = 64
"""The most kinds that a wildcard leaves out."""

GLOBS: Final = 64
"""The most entries of ``names`` and of ``namespaces``."""

LABELS: Final = 64
"""The most entries of ``matchLabels`` and of ``matchExpressions``."""

LABEL_VALUES: Final = 256
"""The most ``values`` of one requirement."""

FIELDS: Final = 32
"""The most entries of ``matchFields``."""

FIELD_VALUE: Final = 1024
"""The most characters of a value of ``matchFields``."""

FIELD_PATH: Final = 1024
"""The most characters of a field path."""

GROUP_BY: Final = 8
"""The most entries of ``groupBy``."""

WINDOWS: Final = 16
"""The most entries of ``windows``."""

BLACKOUTS: Final = 32
"""The most entries of ``blackouts``."""

REASON: Final = 256
"""The most characters of the reason of a blackout."""

KEYWORDS: Final = 32
"""The most keywords of one condition map."""

WORD: Final = 317
"""The most characters of a keyword: a domain of 253, a slash, a name of 63 (Kubernetes, "qualified name")."""

MAPPINGS: Final = 256
"""The most classes of a ``mappings`` map in the Go program's spelling."""

NAME: Final = 253
"""The most characters of an object's name (Kubernetes, "DNS subdomain name")."""

NAMESPACE: Final = 63
"""The most characters of a namespace (Kubernetes, "DNS label")."""

API_VERSION: Final = 317
"""The most characters of an ``apiVersion``: a group of 253, a slash, a version of 63."""

KIND: Final = 63
"""The most characters of a ``kind``."""

CONDITIONS: Final = 200
"""The most conditions of a policy: keywords of its condition maps, at any depth, and entries of their lists."""

VALUES: Final = 5_000
"""The most fields and entries of the configuration of one keyword, at any depth."""

EXPRESSIONS: Final = 64 * 1024
"""The most bytes of a policy's expressions together."""

PROBLEMS: Final = 20
"""The most problems of a policy that are told; the rest is a number."""

SHORTEST_INTERVAL: Final = timedelta(seconds=10)
"""The shortest interval that counts for a namespaced policy, unless the controller is told otherwise."""

SHORTEST_KEEPING: Final = timedelta(minutes=10)
"""How long a copy of what is deleted is kept at least: the deletion may wait for five minutes after it was made."""

SHORTEST_NOTICE: Final = timedelta(minutes=1)
"""How long before objects are due that is told at least."""

LOWEST_RATE: Final = 0.016
"""The lowest rate of deletions a second that can be asked for: one a minute."""

DELETIONS_PER_SECOND: Final = 1_000_000
"""The highest rate that can be asked for; the controller's own limit lies far below."""

INTEGER: Final = 2**63 - 1
"""The largest integer of the Kubernetes API."""

LONGEST_SECONDS: Final = 36_525 * 86_400
"""A hundred years, in seconds."""
