"""How figures are printed: a name, what was measured, the bound, and whether it holds. A missed bound is said, never hidden."""

from __future__ import annotations

from dataclasses import dataclass

from benchmarks import history


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

    @property
    def limit(self) -> str:
        """The bound, in words; empty where there is none."""
        return "" if self.bound is None else f"{'≥' if self.least else '≤'} {self.bound:g} {self.unit}".rstrip()

    def line(self, last: float | None) -> str:
        """The figure as it is printed.

        Args:
            last: What it was when it was kept last; None where it never was.
        """
        verdict = f"{self.limit}  {'ok' if self.holds else 'MISSED'}" if self.limit else ""
        before = f"last {last:.4g}, {self.value / last:.2f} times" if last else "never kept"
        note = f"  {self.note}" if self.note else ""
        return f"  {self.name:<58} {self.value:>9.2f} {self.unit:<4} {verdict:<20} {before}{note}"


def show(title: str, figures: list[Figure]) -> bool:
    """Print figures under a title, each with its bound and the last one that was kept; whether all bounds hold.

    Raises:
        ValueError: Two of them have one name, by which they are kept.
    """
    if len({figure.name for figure in figures}) < len(figures):
        raise ValueError(f"{title}: two figures have one name")
    print(f"\n{title}")
    for figure in figures:
        print(figure.line(history.last_kept(title, figure.name)), flush=True)
        history.keep(title, figure.name, figure.value, figure.unit, figure.limit)
    return all(figure.holds for figure in figures)
