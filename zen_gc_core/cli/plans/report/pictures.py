"""The two pictures of the report, as SVG in the page: when what is due, and what becomes of the objects."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

from zen_gc_core.cli.plans.report.markup import Markup, element, together
from zen_gc_core.texts import counted

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from zen_gc_core.cli.plans.forecasting import Bar

_WIDTH: Final = 720.0
_HEIGHT: Final = 190.0
_BASE: Final = 150.0
_LEFT: Final = 44.0
_ROOM: Final = 128.0
_LABELS: Final = 8
"""How many days are written below the bars, at most."""

_RADIUS: Final = 42.0
_THICK: Final = 22.0


def timeline(bars: Sequence[Bar]) -> Markup:
    """A bar for what is due now, and one for each span after it.

    Args:
        bars: The spans; the first is all that is due already.
    """
    most = max((bar.count for bar in bars), default=0)
    step = (_WIDTH - _LEFT) / max(1, len(bars))
    every = max(1, math.ceil(len(bars) / _LABELS))
    parts = [*_scale(most)]
    for index, bar in enumerate(bars):
        parts += _bar(bar, _LEFT + index * step, step, most)
        if index == 0 or (index % every == 0 and index + 1 > every // 2):
            middle = _LEFT + (index + 0.5) * step
            parts.append(element("text", _day(bar), x=middle, y=_BASE + 20, class_="day", text_anchor="middle"))
    total = sum(bar.count for bar in bars)
    return element(
        "svg",
        element("title", f"{counted(total, 'object')}, by the day on which each is due"),
        *parts,
        viewBox=f"0 0 {_WIDTH:g} {_HEIGHT:g}",
        role="img",
        class_="timeline",
    )


def _scale(most: int) -> Iterator[Markup]:
    for share in (0.0, 0.5, 1.0) if most else (0.0,):
        height = _BASE - share * _ROOM
        yield element("line", x1=_LEFT, x2=_WIDTH, y1=height, y2=height, class_="rule")
        count = most * share
        if count == int(count):
            yield element("text", f"{int(count):,}", x=_LEFT - 8, y=height + 4, class_="count", text_anchor="end")


def _bar(bar: Bar, left: float, step: float, most: int) -> Iterator[Markup]:
    if not bar.count:
        return
    height = max(2.0, bar.count / most * _ROOM)
    when = "now" if bar.begins is None else f"on {_day(bar)}"
    yield element(
        "rect",
        element("title", f"{counted(bar.count, 'object')} due {when}"),
        x=left + step * 0.14,
        y=_BASE - height,
        width=step * 0.72,
        height=height,
        rx=2.0,
        class_="now" if bar.begins is None else "later",
    )


def _day(bar: Bar) -> str:
    return "now" if bar.begins is None else f"{bar.begins:%b} {bar.begins.day}"


def ring(parts: Sequence[tuple[str, str, int]]) -> Markup:
    """What becomes of the objects, as parts of a ring, with their numbers beside it.

    Args:
        parts: Of each the class, the words, and how many.
    """
    total = sum(count for _, _, count in parts)
    around = 2 * math.pi * _RADIUS
    arcs, begin = [], 0.0
    for kind, words, count in parts:
        if not count:
            continue
        length = around * count / total
        arcs.append(
            element(
                "circle",
                element("title", f"{words}: {count:,}"),
                cx=60.0,
                cy=60.0,
                r=_RADIUS,
                fill="none",
                class_=f"arc {kind}",
                stroke_width=_THICK,
                stroke_dasharray=f"{length:.2f} {around - length:.2f}",
                stroke_dashoffset=f"{-begin:.2f}",
                transform="rotate(-90 60 60)",
            )
        )
        begin += length
    if not arcs:
        arcs = [element("circle", cx=60.0, cy=60.0, r=_RADIUS, fill="none", class_="arc none", stroke_width=_THICK)]
    picture = element(
        "svg",
        element("title", f"What becomes of {counted(total, 'object')}"),
        *arcs,
        element("text", f"{total:,}", x=60.0, y=65.0, class_="total", text_anchor="middle"),
        viewBox="0 0 120 120",
        role="img",
        class_="ring",
    )
    legend = together(
        element("li", element("span", class_=f"dot {kind}"), f" {words} ", element("b", f"{count:,}"))
        for kind, words, count in parts
        if count
    )
    return element("div", picture, element("ul", legend, class_="legend"), class_="share")
