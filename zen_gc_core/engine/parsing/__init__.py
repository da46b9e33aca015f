"""Parsing: from decoded JSON of any shape to a policy, or to all that is wrong with it. No keyword is compiled here."""

from __future__ import annotations

from zen_gc_core.engine.parsing.policy import ParsedPolicy, parse_policy

__all__ = ["ParsedPolicy", "parse_policy"]
