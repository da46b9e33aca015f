"""What refers to what: a table of the fields that name other objects, and of those that are used without being named.

``rows`` says what a row is, ``reading`` makes the rows of a kind one walk over its objects, ``texts`` looks for names in
objects of which no schema tells where they are, ``well_known`` knows what is used without being named, ``table`` answers.

Kubernetes' own kinds are read by their rows alone, which are held to the schema that the API server serves. Of every
other kind any text may be a name, whatever rows it has: rows of such kinds only add what no text of theirs says. So a
field that nobody has written a row for never makes an object look unused.
"""

from zen_gc_core.model.references.rows import (
    ANY,
    ORDINAL,
    Exhaustive,
    Referable,
    Reference,
    Row,
    WellKnown,
    kind_of,
)
from zen_gc_core.model.references.table import (
    NO_REFERENCES,
    References,
    Referring,
    found_under,
    key_of,
    kinds_told,
    shown,
)

__all__ = [
    "ANY",
    "NO_REFERENCES",
    "ORDINAL",
    "Exhaustive",
    "Referable",
    "Reference",
    "References",
    "Referring",
    "Row",
    "WellKnown",
    "found_under",
    "key_of",
    "kind_of",
    "kinds_told",
    "shown",
]
