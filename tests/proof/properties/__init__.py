"""Properties: what holds of every policy over all objects, asked of random ones."""

from __future__ import annotations

import os

SAME_EXAMPLES = os.environ.get("PROPERTIES", "") != "whole"
"""Whether the examples are the same in each run; with ``PROPERTIES=whole`` others are drawn each time."""
