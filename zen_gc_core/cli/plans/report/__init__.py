"""The report, ``zen-gc plan -o html``: one page that stands by itself, for who was not there.

Nothing of it comes from elsewhere: no font, no script, no picture. It is readable without its script, in light and dark, on
paper and on a phone. Texts become markup in ``markup`` alone, which escapes them.
"""

from __future__ import annotations

from zen_gc_core.cli.plans.report.page import as_page

__all__ = ["as_page"]
