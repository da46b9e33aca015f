"""How figures are printed: a name, what was measured, the bound, and whether it holds. A missed bound is said, never hidden."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure.

    Args:
        name: What it is.
        value: What was measured.
        bound: The bound; None where there is none.
        unit: The unit of both; ``x`` for ratios.
        least: Whether the bound is the least that is wanted, rather than the most.
        note: What the reader should know.
    """

    name: str
    value: float
    bound: float | None = None
    unit: str = "x"
    least: bool = False
    note: str = ""

    @property
    def holds(self) -> bool:
        """Whether the bound is kept."""
        if self.bound is None:
            return True
        return self.value >= self.bound if self.least else self.value <= self.bound

    def __str__(self) -> str:
        verdict = ""
        if self.bound is not None:
            sign = "≥" if self.least else "≤"
            verdict = f"{sign} {self.bound:g} {self.unit}  {'ok' if self.holds else 'MISSED'}"
        return f"  {self.name:<58} {self.value:>9.2f} {self.unit:<4} {verdict}{'  ' + self.note if self.note else ''}"


def show(title: str, figures: list[Figure]) -> bool:
    """Print figures under a title; whether all bounds hold."""
    print(f"\n{title}")
    for figure in figures:
        print(figure, flush=True)
    return all(figure.holds for figure in figures)
