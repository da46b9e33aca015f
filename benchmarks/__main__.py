"""``make bench``: print every figure; a bound that is missed is printed as such, and makes the command fail."""

from __future__ import annotations

import sys

from benchmarks import (
    beats,
    deletes,
    expressions,
    instants,
    many_policies,
    offline,
    paging,
    passes,
    plain,
    relating,
    startup,
)

SECTIONS = {
    "startup": startup.run,
    "passes": passes.run,
    "plain": plain.run,
    "paging": paging.run,
    "relating": relating.run,
    "offline": offline.run,
    "deletes": deletes.run,
    "beats": beats.run,
    "instants": instants.run,
    "many-policies": many_policies.run,
    "expressions": lambda: expressions.main() == 0,
}

LONG = {"million": paging.run_million}
"""What is measured only where it is named: it takes minutes."""


def main() -> int:
    """Run the sections that are named, or all."""
    wanted = sys.argv[1:] or list(SECTIONS)
    for name in wanted:
        if name not in SECTIONS | LONG:
            print(f"no section '{name}'; there are: {', '.join(SECTIONS)}", file=sys.stderr)
            return 2
    kept = [(SECTIONS | LONG)[name]() for name in wanted]
    print("\nall bounds hold" if all(kept) else "\nsome bounds are MISSED")
    return 0 if all(kept) else 1


if __name__ == "__main__":
    sys.exit(main())
