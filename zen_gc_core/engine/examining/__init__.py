"""Examining: what a policy sees of one object, part by part, for people who ask why it goes or stays.

Nothing here decides: the verdict is the plan's (``planning``), and each part is asked of the very callables that the plan
was judged by.
"""

from __future__ import annotations

from zen_gc_core.engine.examining.answering import answer
from zen_gc_core.engine.examining.changing import held_back, to_go, to_stay
from zen_gc_core.engine.examining.examination import Examination, Expiry, Group, examine
from zen_gc_core.engine.examining.members import Member, Members, members, said_of
from zen_gc_core.engine.examining.parts import Asked, Saw

__all__ = [
    "Asked",
    "Examination",
    "Expiry",
    "Group",
    "Member",
    "Members",
    "Saw",
    "answer",
    "examine",
    "held_back",
    "members",
    "said_of",
    "to_go",
    "to_stay",
]
